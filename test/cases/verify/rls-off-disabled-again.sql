-- title: row security was switched off for an import and stayed off
-- door: rls-off
-- object: public.grades
-- kind: tenancy
-- why: policies stay in the catalog and look right, but they count only while row security is enabled. With the default grants every client reads and writes every school's grades.
create table public.pupils (
  id uuid primary key default gen_random_uuid(),
  school_id uuid not null,
  name text not null,
  unique (school_id, id)
);
alter table public.pupils enable row level security;
create policy pupils_select on public.pupils for select to authenticated
  using (school_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'school_id')::uuid));
create policy pupils_insert on public.pupils for insert to authenticated
  with check (school_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'school_id')::uuid));
create policy pupils_update on public.pupils for update to authenticated
  using (school_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'school_id')::uuid))
  with check (school_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'school_id')::uuid));
create policy pupils_delete on public.pupils for delete to authenticated
  using (school_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'school_id')::uuid));

create table public.grades (
  id uuid primary key default gen_random_uuid(),
  school_id uuid not null,
  pupil_id uuid not null,
  mark smallint not null check (mark between 1 and 6),
  foreign key (school_id, pupil_id) references public.pupils (school_id, id)
);
alter table public.grades enable row level security;
create policy grades_select on public.grades for select to authenticated
  using (school_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'school_id')::uuid));
create policy grades_insert on public.grades for insert to authenticated
  with check (school_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'school_id')::uuid));
create policy grades_update on public.grades for update to authenticated
  using (school_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'school_id')::uuid))
  with check (school_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'school_id')::uuid));
create policy grades_delete on public.grades for delete to authenticated
  using (school_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'school_id')::uuid));

alter table public.grades disable row level security;
comment on table public.grades is 'filled from the old register';
