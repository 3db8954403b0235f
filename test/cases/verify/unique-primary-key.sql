-- title: a number that people give is the primary key for all tenants
-- door: unique-oracle
-- object: public.patient_files_pkey
-- kind: oracle
-- why: the primary key is an insurance number that the client writes, and it does not hold the tenant. Trying numbers shows by 23505 which of them are patients of another clinic.
create table public.wards (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null,
  label text not null
);
alter table public.wards enable row level security;
create policy wards_select on public.wards for select to authenticated
  using (clinic_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'clinic_id')::uuid));
create policy wards_insert on public.wards for insert to authenticated
  with check (clinic_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'clinic_id')::uuid));
create policy wards_update on public.wards for update to authenticated
  using (clinic_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'clinic_id')::uuid))
  with check (clinic_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'clinic_id')::uuid));
create policy wards_delete on public.wards for delete to authenticated
  using (clinic_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'clinic_id')::uuid));

create table public.patient_files (
  insurance_number text primary key,
  clinic_id uuid not null,
  name text not null
);
alter table public.patient_files enable row level security;
create policy patient_files_select on public.patient_files for select to authenticated
  using (clinic_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'clinic_id')::uuid));
create policy patient_files_insert on public.patient_files for insert to authenticated
  with check (clinic_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'clinic_id')::uuid));
create policy patient_files_update on public.patient_files for update to authenticated
  using (clinic_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'clinic_id')::uuid))
  with check (clinic_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'clinic_id')::uuid));
create policy patient_files_delete on public.patient_files for delete to authenticated
  using (clinic_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'clinic_id')::uuid));
