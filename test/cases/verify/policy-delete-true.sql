-- title: a blind DELETE empties the table for all tenants
-- door: policy
-- object: public.reminders
-- kind: tenancy
-- why: DELETE USING (true) seems to be held by the SELECT policy, which is added when a WHERE reads columns. `delete from reminders` reads none, and takes everybody's rows.
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

create table public.reminders (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null,
  due date not null default current_date
);
alter table public.reminders enable row level security;
create policy reminders_select on public.reminders for select to authenticated
  using (clinic_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'clinic_id')::uuid));
create policy reminders_insert on public.reminders for insert to authenticated
  with check (clinic_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'clinic_id')::uuid));
create policy reminders_delete on public.reminders for delete to authenticated using (true);
