-- title: a definer function keeps the EXECUTE that PUBLIC has from the start
-- door: function
-- object: api.list_patients()
-- kind: tenancy
-- why: a new function is executable by PUBLIC unless that is revoked, and anon may use the schema. As SECURITY DEFINER it reads the table as its owner, past the policies.
create table public.patients (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null,
  name text not null
);
alter table public.patients enable row level security;
create policy patients_select on public.patients for select to authenticated
  using (clinic_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'clinic_id')::uuid));
create policy patients_insert on public.patients for insert to authenticated
  with check (clinic_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'clinic_id')::uuid));
create policy patients_update on public.patients for update to authenticated
  using (clinic_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'clinic_id')::uuid))
  with check (clinic_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'clinic_id')::uuid));
create policy patients_delete on public.patients for delete to authenticated
  using (clinic_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'clinic_id')::uuid));

create schema api;
grant usage on schema api to anon, authenticated;
create function api.list_patients() returns setof public.patients
language sql stable security definer set search_path = '' as $$
  select * from public.patients order by name
$$;
