-- title: a materialized view in public holds every school's attendance
-- door: materialized-view
-- object: public.attendance_by_day
-- kind: tenancy
-- why: a materialized view is filled with its owner's rights and cannot have row security. Default privileges in public grant it to anon and authenticated, who read what it holds.
create table public.attendance (
  id uuid primary key default gen_random_uuid(),
  school_id uuid not null,
  day date not null default current_date,
  present boolean not null default true
);
alter table public.attendance enable row level security;
create policy attendance_select on public.attendance for select to authenticated
  using (school_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'school_id')::uuid));
create policy attendance_insert on public.attendance for insert to authenticated
  with check (school_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'school_id')::uuid));
create policy attendance_update on public.attendance for update to authenticated
  using (school_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'school_id')::uuid))
  with check (school_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'school_id')::uuid));
create policy attendance_delete on public.attendance for delete to authenticated
  using (school_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'school_id')::uuid));

create materialized view public.attendance_by_day as
  select school_id, day, count(*) filter (where present) as present from public.attendance group by school_id, day;
