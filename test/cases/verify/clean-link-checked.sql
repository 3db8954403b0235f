-- title: a link of one's own refers to documents of the own tenant only
-- door: none
-- why: the composite foreign key and the check keep links inside the tenant, and the policy of documents compares the tenant besides the link, so no value of a link shows another tenant's document.
create table public.documents (
  id uuid not null default gen_random_uuid(),
  org_id uuid not null,
  title text not null default '',
  primary key (org_id, id)
);
create table public.links (
  id uuid not null default gen_random_uuid(),
  org_id uuid not null,
  document_id uuid not null,
  path text not null default '',
  primary key (org_id, id),
  foreign key (org_id, document_id) references public.documents (org_id, id)
);
alter table public.documents enable row level security;
alter table public.links enable row level security;
create policy links_all on public.links to authenticated
  using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid))
  with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
create policy documents_own on public.documents for select to authenticated
  using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
create policy documents_linked on public.documents for select to authenticated
  using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid)
    and exists (select 1 from public.links l where l.document_id = documents.id and documents.title like l.path || '%'));
