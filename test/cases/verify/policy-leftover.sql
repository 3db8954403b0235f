-- title: an old permissive policy stands next to the right one
-- door: policy
-- object: public.payslips
-- kind: tenancy
-- why: permissive policies are ORed, so the right policy adds nothing while the old one is there. The DROP names a policy that never had that name, and IF EXISTS says nothing about it.
create table public.employees (
  id uuid primary key default gen_random_uuid(),
  firm_id uuid not null,
  name text not null
);
alter table public.employees enable row level security;
create policy employees_select on public.employees for select to authenticated
  using (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid));
create policy employees_insert on public.employees for insert to authenticated
  with check (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid));
create policy employees_update on public.employees for update to authenticated
  using (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid))
  with check (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid));
create policy employees_delete on public.employees for delete to authenticated
  using (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid));

create table public.payslips (
  id uuid primary key default gen_random_uuid(),
  firm_id uuid not null,
  net numeric(10, 2) not null
);
alter table public.payslips enable row level security;
create policy "Enable read access for all users" on public.payslips for select to authenticated using (true);

drop policy if exists "Enable read for all users" on public.payslips;
create policy payslips_select on public.payslips for select to authenticated
  using (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid));
create policy payslips_insert on public.payslips for insert to authenticated
  with check (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid));
