-- title: a cached search index of all tenants is granted to logged-in users
-- door: materialized-view
-- object: search.documents
-- kind: tenancy
-- why: only the base table has policies; the copy in the materialized view has none and cannot have any. SELECT for authenticated is enough to read all of it.
create table public.documents (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null,
  title text not null,
  body text not null default ''
);
alter table public.documents enable row level security;
create policy documents_select on public.documents for select to authenticated
  using (tenant_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'tenant_id')::uuid));
create policy documents_insert on public.documents for insert to authenticated
  with check (tenant_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'tenant_id')::uuid));
create policy documents_update on public.documents for update to authenticated
  using (tenant_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'tenant_id')::uuid))
  with check (tenant_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'tenant_id')::uuid));
create policy documents_delete on public.documents for delete to authenticated
  using (tenant_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'tenant_id')::uuid));

create schema search;
grant usage on schema search to authenticated;
create materialized view search.documents as
  select id, tenant_id, title, to_tsvector('simple', title || ' ' || body) as words from public.documents;
create unique index documents_id on search.documents (id);
grant select on search.documents to authenticated;
