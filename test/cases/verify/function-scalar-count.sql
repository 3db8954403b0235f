-- title: a definer function counts the rows of any tenant
-- door: function
-- object: public.pupil_count(uuid)
-- kind: tenancy
-- why: a single number is data as well: called with another school's id, the function tells how many pupils it has. The owner's rights see them all.
create table public.pupils (
  id uuid primary key default gen_random_uuid(),
  school_id uuid not null,
  name text not null
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

create function public.pupil_count(p_school uuid) returns bigint
language sql stable security definer set search_path = '' as $$
  select count(*) from public.pupils where school_id = p_school
$$;
revoke execute on function public.pupil_count(uuid) from public, anon;
grant execute on function public.pupil_count(uuid) to authenticated;
