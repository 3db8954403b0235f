-- title: without a tenant claim every row is one's own
-- door: claims
-- object: public.leads
-- kind: tenancy
-- why: `coalesce(claim, org_id)` compares the column with itself when the claim is missing. Any fresh sign-up has a token without the claim, and reads all tenants.
create table public.accounts (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null,
  name text not null
);
alter table public.accounts enable row level security;
create policy accounts_select on public.accounts for select to authenticated
  using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
create policy accounts_insert on public.accounts for insert to authenticated
  with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
create policy accounts_update on public.accounts for update to authenticated
  using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid))
  with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
create policy accounts_delete on public.accounts for delete to authenticated
  using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));

create table public.leads (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null,
  email text not null
);
alter table public.leads enable row level security;
create policy leads_select on public.leads for select to authenticated
  using (org_id = coalesce((select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid), org_id));
create policy leads_insert on public.leads for insert to authenticated
  with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
