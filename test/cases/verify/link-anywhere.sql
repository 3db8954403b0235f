-- title: a link of one's own may refer to any document
-- door: policy
-- object: public.documents
-- kind: tenancy
-- why: a member inserts a link of its own tenant that refers to another tenant's document, for nothing compares the tenant of the document. The policy of documents believes the link.
create table public.documents (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null,
  title text not null default ''
);
create table public.links (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null,
  document_id uuid not null references public.documents (id)
);
alter table public.documents enable row level security;
alter table public.links enable row level security;
create policy links_all on public.links to authenticated
  using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid))
  with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
create policy documents_own on public.documents for select to authenticated
  using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
create policy documents_linked on public.documents for select to authenticated
  using (exists (select 1 from public.links l where l.document_id = documents.id));
