-- title: views read with the rights of the caller
-- door: none
-- why: with security_invoker the policies of the tables apply to whoever asks the view, also when it joins or counts.
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

create table public.absences (
  id uuid primary key default gen_random_uuid(),
  school_id uuid not null,
  pupil_id uuid not null,
  day date not null default current_date,
  foreign key (school_id, pupil_id) references public.pupils (school_id, id)
);
alter table public.absences enable row level security;
create policy absences_select on public.absences for select to authenticated
  using (school_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'school_id')::uuid));
create policy absences_insert on public.absences for insert to authenticated
  with check (school_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'school_id')::uuid));
create policy absences_update on public.absences for update to authenticated
  using (school_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'school_id')::uuid))
  with check (school_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'school_id')::uuid));
create policy absences_delete on public.absences for delete to authenticated
  using (school_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'school_id')::uuid));

create view public.absent_pupils with (security_invoker = true) as
  select p.school_id, p.name, a.day from public.absences a
  join public.pupils p on p.school_id = a.school_id and p.id = a.pupil_id;
create view public.absence_counts with (security_invoker = on) as
  select school_id, count(*) as absences from public.absences group by school_id;
create view public.pupil_names with (security_invoker = true) as
  select id, school_id, name from public.pupils;
