-- title: the check of an update names the status and not the tenant
-- door: policy
-- object: public.work_orders
-- kind: tenancy
-- why: WITH CHECK, once it is written, replaces USING for the new row, and this one only looks at the status. `update work_orders set fleet_id = …` without WHERE or RETURNING passes, because the SELECT policy is not asked.
create table public.vehicles (
  id uuid primary key default gen_random_uuid(),
  fleet_id uuid not null,
  plate text not null
);
alter table public.vehicles enable row level security;
create policy vehicles_select on public.vehicles for select to authenticated
  using (fleet_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'fleet_id')::uuid));
create policy vehicles_insert on public.vehicles for insert to authenticated
  with check (fleet_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'fleet_id')::uuid));
create policy vehicles_update on public.vehicles for update to authenticated
  using (fleet_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'fleet_id')::uuid))
  with check (fleet_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'fleet_id')::uuid));
create policy vehicles_delete on public.vehicles for delete to authenticated
  using (fleet_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'fleet_id')::uuid));

create table public.work_orders (
  id uuid primary key default gen_random_uuid(),
  fleet_id uuid not null,
  status text not null default 'open' check (status in ('open', 'done'))
);
alter table public.work_orders enable row level security;
create policy work_orders_select on public.work_orders for select to authenticated
  using (fleet_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'fleet_id')::uuid));
create policy work_orders_insert on public.work_orders for insert to authenticated
  with check (fleet_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'fleet_id')::uuid));
create policy work_orders_update on public.work_orders for update to authenticated
  using (fleet_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'fleet_id')::uuid))
  with check (status in ('open', 'done'));
