-- title: own rows can be given away, and the other tenant has a row of the same name
-- door: policy
-- object: public.tags
-- kind: tenancy
-- why: WITH CHECK says true, so a blind `update tags set org_id = …` gives rows to another tenant, as soon as that has none of the same name: the unique key is asked after the policies.
create table public.tags (
  org_id uuid not null,
  name text not null,
  color text,
  primary key (org_id, name)
);
alter table public.tags enable row level security;
create policy tags_select on public.tags for select to authenticated using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
create policy tags_update on public.tags for update to authenticated using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid)) with check (true);
