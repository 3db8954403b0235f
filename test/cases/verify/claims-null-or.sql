-- title: a missing tenant claim was taken for an administrator
-- door: claims
-- object: public.inspections
-- kind: tenancy
-- why: `claim is null or …` is meant for the back office, which has no tenant, but everyone who signs up has none either. Reading and writing are open to such a login.
create table public.machines (
  id uuid primary key default gen_random_uuid(),
  firm_id uuid not null,
  serial text not null
);
alter table public.machines enable row level security;
create policy machines_select on public.machines for select to authenticated
  using (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid));
create policy machines_insert on public.machines for insert to authenticated
  with check (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid));
create policy machines_update on public.machines for update to authenticated
  using (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid))
  with check (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid));
create policy machines_delete on public.machines for delete to authenticated
  using (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid));

create table public.inspections (
  id uuid primary key default gen_random_uuid(),
  firm_id uuid not null,
  passed boolean not null
);
alter table public.inspections enable row level security;
create policy inspections_all on public.inspections for all to authenticated
  using ((select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid) is null or firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid))
  with check ((select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid) is null or firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid));
