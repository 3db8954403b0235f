-- title: a helper reads the variable before the claim
-- door: session-variable
-- object: public.lessons
-- kind: tenancy
-- config: {"context": {"app.school_id": {"claim": "app_metadata.school_id", "type": "uuid"}}}
-- why: the policy looks harmless, since the variable is read inside a helper function. The client's `set app.school_id` decides all the same.
create table public.rooms (
  id uuid primary key default gen_random_uuid(),
  school_id uuid not null,
  label text not null
);
alter table public.rooms enable row level security;
create policy rooms_select on public.rooms for select to authenticated
  using (school_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'school_id')::uuid));
create policy rooms_insert on public.rooms for insert to authenticated
  with check (school_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'school_id')::uuid));
create policy rooms_update on public.rooms for update to authenticated
  using (school_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'school_id')::uuid))
  with check (school_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'school_id')::uuid));
create policy rooms_delete on public.rooms for delete to authenticated
  using (school_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'school_id')::uuid));

create function public.current_school() returns uuid
language sql stable set search_path = '' as $$
  select coalesce(
    nullif(current_setting('app.school_id', true), '')::uuid,
    (auth.jwt() -> 'app_metadata' ->> 'school_id')::uuid
  )
$$;

create table public.lessons (
  id uuid primary key default gen_random_uuid(),
  school_id uuid not null,
  subject text not null
);
alter table public.lessons enable row level security;
create policy lessons_all on public.lessons for all to authenticated
  using (school_id = (select public.current_school()))
  with check (school_id = (select public.current_school()));
