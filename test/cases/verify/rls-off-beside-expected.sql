-- title: a table whose policy is declared, and whose row security has been switched off since
-- door: rls-off
-- object: public.notices
-- kind: tenancy
-- config: {"verify": {"expected": [{"object": "public.notices", "door": "policy", "reason": "published notices are public"}]}}
-- why: the exception names a policy's door. With row security off no policy is asked, and unpublished notices are read as well: another door, which nobody has declared.
create table public.notices (
  id uuid primary key default gen_random_uuid(),
  town_id uuid not null,
  published boolean not null default false,
  body text not null
);
create policy notices_all on public.notices for all to authenticated
  using (town_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'town_id')::uuid))
  with check (town_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'town_id')::uuid));
create policy notices_public on public.notices for select to authenticated, anon using (published);
alter table public.notices disable row level security;
