-- title: a private bucket without a look at the folder
-- door: storage
-- object: storage.objects
-- kind: tenancy
-- why: all policies name the bucket and none the folder, so each login reads, overwrites and deletes the X-rays of all clinics. Paths begin with the clinic's id, but only by convention.
insert into storage.buckets (id, name, public) values ('xrays', 'xrays', false);
create policy xrays_select on storage.objects for select to authenticated using (bucket_id = 'xrays');
create policy xrays_insert on storage.objects for insert to authenticated with check (bucket_id = 'xrays');
create policy xrays_update on storage.objects for update to authenticated
  using (bucket_id = 'xrays') with check (bucket_id = 'xrays');
create policy xrays_delete on storage.objects for delete to authenticated using (bucket_id = 'xrays');

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
