-- title: being logged in is all that is asked
-- door: policy
-- object: public.surveys
-- kind: tenancy
-- why: `auth.role() = 'authenticated'` is true for every login, so it says who is not anonymous and nothing about the tenant. Each member reads and writes all rows.
create table public.teams (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null,
  name text not null
);
alter table public.teams enable row level security;
create policy teams_select on public.teams for select to authenticated
  using (tenant_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'tenant_id')::uuid));
create policy teams_insert on public.teams for insert to authenticated
  with check (tenant_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'tenant_id')::uuid));
create policy teams_update on public.teams for update to authenticated
  using (tenant_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'tenant_id')::uuid))
  with check (tenant_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'tenant_id')::uuid));
create policy teams_delete on public.teams for delete to authenticated
  using (tenant_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'tenant_id')::uuid));

create table public.surveys (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null,
  question text not null
);
alter table public.surveys enable row level security;
create policy surveys_select on public.surveys for select to public
  using ((select auth.role()) = 'authenticated');
create policy surveys_insert on public.surveys for insert to authenticated
  with check (tenant_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'tenant_id')::uuid));
