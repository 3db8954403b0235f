-- title: AND binds tighter than OR
-- door: policy
-- object: public.announcements
-- kind: tenancy
-- why: `tenant and published or pinned` is `(tenant and published) or pinned`, so a pinned row is shown to everybody. The brackets around the OR were forgotten.
create table public.classes (
  id uuid primary key default gen_random_uuid(),
  school_id uuid not null,
  label text not null
);
alter table public.classes enable row level security;
create policy classes_select on public.classes for select to authenticated
  using (school_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'school_id')::uuid));
create policy classes_insert on public.classes for insert to authenticated
  with check (school_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'school_id')::uuid));
create policy classes_update on public.classes for update to authenticated
  using (school_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'school_id')::uuid))
  with check (school_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'school_id')::uuid));
create policy classes_delete on public.classes for delete to authenticated
  using (school_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'school_id')::uuid));

create table public.announcements (
  id uuid primary key default gen_random_uuid(),
  school_id uuid not null,
  published boolean not null default true,
  pinned boolean not null default false,
  body text not null
);
alter table public.announcements enable row level security;
create policy announcements_select on public.announcements for select to authenticated
  using (school_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'school_id')::uuid) and published or pinned);
create policy announcements_insert on public.announcements for insert to authenticated
  with check (school_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'school_id')::uuid));
