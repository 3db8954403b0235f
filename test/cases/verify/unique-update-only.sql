-- title: renaming a site tells which names other tenants use
-- door: unique-oracle
-- object: public.sites_domain_key
-- kind: oracle
-- why: clients may not insert sites, but they may update their own, and the unique check is made then too. Setting the domain to a guess fails when another agency has it.
create table public.pages (
  id uuid primary key default gen_random_uuid(),
  agency_id uuid not null,
  path text not null
);
alter table public.pages enable row level security;
create policy pages_select on public.pages for select to authenticated
  using (agency_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'agency_id')::uuid));
create policy pages_insert on public.pages for insert to authenticated
  with check (agency_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'agency_id')::uuid));
create policy pages_update on public.pages for update to authenticated
  using (agency_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'agency_id')::uuid))
  with check (agency_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'agency_id')::uuid));
create policy pages_delete on public.pages for delete to authenticated
  using (agency_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'agency_id')::uuid));

create table public.sites (
  id uuid primary key default gen_random_uuid(),
  agency_id uuid not null,
  domain text,
  constraint sites_domain_key unique (domain)
);
alter table public.sites enable row level security;
create policy sites_select on public.sites for select to authenticated
  using (agency_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'agency_id')::uuid));
create policy sites_update on public.sites for update to authenticated
  using (agency_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'agency_id')::uuid)) with check (agency_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'agency_id')::uuid));
