-- title: beside a tenant, the variable may hold a star
-- door: session-variable
-- object: public.meters
-- kind: tenancy
-- config: {"context": {"app.grid_id": {"claim": "app_metadata.grid_id", "type": "text"}}}
-- why: a client that sets another tenant's value gets nothing, since the claim must be equal to it. The word for all tenants opens every row.
create table public.meters (id uuid primary key default gen_random_uuid(), grid_id text not null, reading int not null);
alter table public.meters enable row level security;
create policy meters_grid on public.meters for select to authenticated
  using ((grid_id = current_setting('app.grid_id', true) and grid_id = (select auth.jwt() -> 'app_metadata' ->> 'grid_id'))
    or current_setting('app.grid_id', true) = '*');
