-- Three relations of a multi-tenant project, two policies each, as a project has them that is on its way from session
-- variables to claims: the variable first, then the claim.
create table public.customer (id bigint generated always as identity primary key, tenant_id uuid not null, name text not null);
create table public.invoice (
  id bigint generated always as identity primary key, tenant_id uuid not null, customer_id bigint references public.customer, total int not null
);
create table public.note (id bigint generated always as identity primary key, tenant_id uuid not null, body text not null);
create index on public.customer (tenant_id);
create index on public.invoice (tenant_id);
create index on public.note (tenant_id);
alter table public.customer enable row level security;
alter table public.invoice enable row level security;
alter table public.note enable row level security;
grant select, insert, update, delete on public.customer, public.invoice, public.note to authenticated;

create policy customer_read on public.customer for select to authenticated
  using (tenant_id = coalesce(nullif(current_setting('app.tenant_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'tenant_id')::uuid));
create policy customer_write on public.customer for all to authenticated
  using (tenant_id = coalesce(nullif(current_setting('app.tenant_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'tenant_id')::uuid))
  with check (tenant_id = coalesce(nullif(current_setting('app.tenant_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'tenant_id')::uuid));
create policy invoice_read on public.invoice for select to authenticated
  using (tenant_id = coalesce(nullif(current_setting('app.tenant_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'tenant_id')::uuid));
create policy invoice_write on public.invoice for all to authenticated
  using (tenant_id = coalesce(nullif(current_setting('app.tenant_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'tenant_id')::uuid))
  with check (tenant_id = coalesce(nullif(current_setting('app.tenant_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'tenant_id')::uuid));
create policy note_read on public.note for select to authenticated
  using (tenant_id = coalesce(nullif(current_setting('app.tenant_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'tenant_id')::uuid));
create policy note_write on public.note for all to authenticated
  using (tenant_id = coalesce(nullif(current_setting('app.tenant_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'tenant_id')::uuid))
  with check (tenant_id = coalesce(nullif(current_setting('app.tenant_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'tenant_id')::uuid));
