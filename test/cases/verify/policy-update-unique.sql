-- title: everybody may update every row, and the only column to update is in a unique key
-- door: policy
-- object: public.tags
-- kind: tenancy
-- why: `update tags set name = gen_random_uuid()::text` changes the names of all tenants. A constant for all rows raises 23505 instead, which comes after the policies and says nothing of them.
create table public.tags (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null,
  name text not null,
  unique (org_id, name)
);
alter table public.tags enable row level security;
create policy tags_select on public.tags for select to authenticated using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
create policy tags_update on public.tags for update to authenticated using (true) with check (true);
