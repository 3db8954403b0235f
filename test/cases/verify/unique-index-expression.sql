-- title: a unique index over an expression spans all tenants
-- door: unique-oracle
-- object: public.workspaces_slug_idx
-- kind: oracle
-- why: the index over lower(slug) is no constraint in the catalog but refuses as one does. `insert … on conflict do nothing` says by its row count whether any tenant has the slug, without an error in the log.
create table public.boards (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null,
  title text not null
);
alter table public.boards enable row level security;
create policy boards_select on public.boards for select to authenticated
  using (tenant_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'tenant_id')::uuid));
create policy boards_insert on public.boards for insert to authenticated
  with check (tenant_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'tenant_id')::uuid));
create policy boards_update on public.boards for update to authenticated
  using (tenant_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'tenant_id')::uuid))
  with check (tenant_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'tenant_id')::uuid));
create policy boards_delete on public.boards for delete to authenticated
  using (tenant_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'tenant_id')::uuid));

create table public.workspaces (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null,
  slug text not null
);
create unique index workspaces_slug_idx on public.workspaces (lower(slug));
alter table public.workspaces enable row level security;
create policy workspaces_select on public.workspaces for select to authenticated
  using (tenant_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'tenant_id')::uuid));
create policy workspaces_insert on public.workspaces for insert to authenticated
  with check (tenant_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'tenant_id')::uuid));
