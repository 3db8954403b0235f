-- title: templates without a school are read by everybody and written by nobody
-- door: none
-- why: only the SELECT policy lets rows without a school through; what writes asks for the caller's school, which NULL never equals, in WITH CHECK too.
create table public.templates (
  id uuid primary key default gen_random_uuid(),
  school_id uuid,
  title text not null
);
alter table public.templates enable row level security;
create policy templates_select on public.templates for select to authenticated using (school_id is null or school_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'school_id')::uuid));
create policy templates_insert on public.templates for insert to authenticated with check (school_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'school_id')::uuid));
create policy templates_update on public.templates for update to authenticated using (school_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'school_id')::uuid)) with check (school_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'school_id')::uuid));
create policy templates_delete on public.templates for delete to authenticated using (school_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'school_id')::uuid));

create table public.classes (
  id uuid primary key default gen_random_uuid(),
  school_id uuid not null,
  name text not null
);
alter table public.classes enable row level security;
create policy classes_all on public.classes to authenticated using (school_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'school_id')::uuid)) with check (school_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'school_id')::uuid));
