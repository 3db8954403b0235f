-- title: folders lie in folders of the same tenant, by a key of two columns
-- door: policy
-- object: public.documents
-- kind: tenancy
-- why: the parent is optional and its key holds the tenant, which is not: the first folder has none. Documents need a folder, and whoever is logged in deletes them.
create table public.folders (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null,
  parent_id uuid,
  name text not null,
  unique (org_id, id),
  foreign key (org_id, parent_id) references public.folders (org_id, id)
);
alter table public.folders enable row level security;
create policy folders_all on public.folders to authenticated
  using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid))
  with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));

create table public.documents (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null,
  folder_id uuid not null,
  title text not null,
  foreign key (org_id, folder_id) references public.folders (org_id, id)
);
alter table public.documents enable row level security;
create policy documents_select on public.documents for select to authenticated
  using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
create policy documents_delete on public.documents for delete to authenticated
  using ((select auth.uid()) is not null);
