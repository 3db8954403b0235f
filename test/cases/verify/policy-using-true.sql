-- title: everyone who is logged in may read
-- door: policy
-- object: public.prescriptions
-- kind: tenancy
-- why: `using (true)` for authenticated shows all rows to all logins; the other commands are right, which makes it look finished. A plain SELECT reads other clinics.
create table public.clinics (id uuid primary key default gen_random_uuid(), name text not null);
alter table public.clinics enable row level security;
create policy clinics_select on public.clinics for select to authenticated
  using (id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'clinic_id')::uuid));

create table public.prescriptions (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null references public.clinics (id),
  drug text not null
);
alter table public.prescriptions enable row level security;
create policy prescriptions_select on public.prescriptions for select to authenticated using (true);
create policy prescriptions_insert on public.prescriptions for insert to authenticated
  with check (clinic_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'clinic_id')::uuid));
create policy prescriptions_delete on public.prescriptions for delete to authenticated
  using (clinic_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'clinic_id')::uuid));
