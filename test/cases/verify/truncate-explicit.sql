-- title: TRUNCATE was granted by hand next to narrow grants
-- door: truncate
-- object: public.drafts
-- kind: tenancy
-- why: TRUNCATE does not look at row security at all. One statement of any logged-in user empties the table for every tenant.
create table public.drafts (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null,
  body text not null default ''
);
alter table public.drafts enable row level security;
create policy drafts_select on public.drafts for select to authenticated
  using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
create policy drafts_insert on public.drafts for insert to authenticated
  with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
create policy drafts_update on public.drafts for update to authenticated
  using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid))
  with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
create policy drafts_delete on public.drafts for delete to authenticated
  using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
revoke all on public.drafts from anon, authenticated;
grant select, insert, update, delete, truncate on public.drafts to authenticated;
