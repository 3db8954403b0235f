-- title: an unqualified column in a sub-query means the inner table
-- door: policy
-- object: public.invoices
-- kind: tenancy
-- why: `p.project_id = project_id` compares the inner column with itself, because a bare name is looked up in the sub-query first. Whoever sees one project of his own reads the invoices of all tenants.
create table public.projects (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null,
  project_id uuid not null default gen_random_uuid(),
  title text not null,
  unique (tenant_id, project_id)
);
alter table public.projects enable row level security;
create policy projects_select on public.projects for select to authenticated
  using (tenant_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'tenant_id')::uuid));

create table public.invoices (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null,
  project_id uuid not null,
  amount numeric(10, 2) not null,
  foreign key (tenant_id, project_id) references public.projects (tenant_id, project_id)
);
alter table public.invoices enable row level security;
create policy invoices_select on public.invoices for select to authenticated
  using (exists (select from public.projects p where p.project_id = project_id));
