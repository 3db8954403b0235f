-- title: a definer trigger writes an append-only log of the own tenant
-- door: none
-- why: the trigger writes the tenant of the row itself, which the policies have checked, and nothing else. Clients can read their tenant's log and never write it.
create schema private;
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

create table public.audit_log (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null,
  at timestamptz not null default clock_timestamp(),
  actor uuid,
  action text not null,
  patient_id uuid not null
);
alter table public.audit_log enable row level security;
create policy audit_log_select on public.audit_log for select to authenticated
  using (clinic_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'clinic_id')::uuid));
revoke insert, update, delete on public.audit_log from anon, authenticated;

create function private.log_patient() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'DELETE' then
    insert into public.audit_log (clinic_id, actor, action, patient_id) values (old.clinic_id, auth.uid(), tg_op, old.id);
  else
    insert into public.audit_log (clinic_id, actor, action, patient_id) values (new.clinic_id, auth.uid(), tg_op, new.id);
  end if;
  return null;
end
$$;
revoke execute on function private.log_patient() from public;
create trigger patients_log after insert or update or delete on public.patients
  for each row execute function private.log_patient();
