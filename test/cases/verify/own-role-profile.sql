-- title: the role is a column of the profile that a user edits
-- door: own-role
-- object: public.staff_profiles
-- kind: role
-- why: the column grant lists what the profile form sends, and `role` slipped in. A nurse sets her own role to `manager` and reads the payroll of her clinic.
create schema private;
create table public.staff_profiles (
  user_id uuid primary key references auth.users (id) on delete cascade,
  clinic_id uuid not null,
  role text not null default 'nurse' check (role in ('nurse', 'doctor', 'manager')),
  display_name text not null default ''
);
alter table public.staff_profiles enable row level security;
create policy staff_profiles_select on public.staff_profiles for select to authenticated
  using (clinic_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'clinic_id')::uuid));
create policy staff_profiles_update on public.staff_profiles for update to authenticated
  using (user_id = (select auth.uid()) and clinic_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'clinic_id')::uuid))
  with check (user_id = (select auth.uid()) and clinic_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'clinic_id')::uuid));
revoke update on public.staff_profiles from anon, authenticated;
grant update (display_name, role) on public.staff_profiles to authenticated;

create function private.my_role() returns text
language sql stable security definer set search_path = '' as $$
  select s.role from public.staff_profiles s where s.user_id = auth.uid()
$$;
revoke execute on function private.my_role() from public;
grant execute on function private.my_role() to authenticated;

create table public.payroll (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null,
  amount numeric(10, 2) not null
);
alter table public.payroll enable row level security;
create policy payroll_select on public.payroll for select to authenticated
  using (clinic_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'clinic_id')::uuid) and (select private.my_role()) = 'manager');
