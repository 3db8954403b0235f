-- title: a hybrid policy prefers the session variable to the claim
-- door: session-variable
-- object: public.appointments
-- kind: tenancy
-- config: {"context": {"app.clinic_id": {"claim": "app_metadata.clinic_id", "type": "uuid"}}}
-- why: any role that can run SQL can set a custom variable, and COALESCE takes it before the token is looked at. `set app.clinic_id = '…'` is all that an attacker needs.
create table public.doctors (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null,
  name text not null
);
alter table public.doctors enable row level security;
create policy doctors_select on public.doctors for select to authenticated
  using (clinic_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'clinic_id')::uuid));
create policy doctors_insert on public.doctors for insert to authenticated
  with check (clinic_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'clinic_id')::uuid));
create policy doctors_update on public.doctors for update to authenticated
  using (clinic_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'clinic_id')::uuid))
  with check (clinic_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'clinic_id')::uuid));
create policy doctors_delete on public.doctors for delete to authenticated
  using (clinic_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'clinic_id')::uuid));

create table public.appointments (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null,
  at timestamptz not null default now()
);
alter table public.appointments enable row level security;
create policy appointments_all on public.appointments for all to authenticated
  using (clinic_id = coalesce(
    nullif(current_setting('app.clinic_id', true), '')::uuid,
    (auth.jwt() -> 'app_metadata' ->> 'clinic_id')::uuid
  ))
  with check (clinic_id = coalesce(
    nullif(current_setting('app.clinic_id', true), '')::uuid,
    (auth.jwt() -> 'app_metadata' ->> 'clinic_id')::uuid
  ));
