-- title: the tenant comes from the token alone
-- door: none
-- why: every policy compares the tenant column with the claim, once a statement, and checks new rows. Keys are uuids and the reference between the tables holds the tenant.
create table public.orgs (id uuid primary key default gen_random_uuid(), name text not null);
alter table public.orgs enable row level security;
create policy orgs_select on public.orgs for select to authenticated
  using (id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));

create table public.projects (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.orgs (id),
  title text not null,
  unique (org_id, id),
  unique (org_id, title)
);
alter table public.projects enable row level security;
create policy projects_select on public.projects for select to authenticated
  using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
create policy projects_insert on public.projects for insert to authenticated
  with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
create policy projects_update on public.projects for update to authenticated
  using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid))
  with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
create policy projects_delete on public.projects for delete to authenticated
  using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));

create table public.todos (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null,
  project_id uuid not null,
  label text not null,
  foreign key (org_id, project_id) references public.projects (org_id, id) on delete cascade
);
alter table public.todos enable row level security;
create policy todos_select on public.todos for select to authenticated
  using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
create policy todos_insert on public.todos for insert to authenticated
  with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
create policy todos_update on public.todos for update to authenticated
  using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid))
  with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
create policy todos_delete on public.todos for delete to authenticated
  using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
