-- title: every tenant may write the rows of the tenant for templates
-- door: policy
-- object: public.checklists
-- kind: tenancy
-- why: the policy lets every tenant through to rows of the template tenant, for all commands. Only that tenant's rows are open, so rows of two invented tenants do not show it; a member of any tenant deletes the template of all.
create table public.agencies (id uuid primary key default gen_random_uuid(), name text not null);
create table public.checklists (
  id uuid primary key default gen_random_uuid(),
  agency_id uuid not null references public.agencies,
  body text not null
);
insert into public.agencies values ('7e000000-0000-4000-8000-000000000001', 'the templates');
insert into public.checklists (agency_id, body) values ('7e000000-0000-4000-8000-000000000001', 'first steps');
alter table public.agencies enable row level security;
alter table public.checklists enable row level security;
create policy agencies_own on public.agencies for select to authenticated using (id = (select (auth.jwt() -> 'app_metadata' ->> 'agency_id')::uuid));
create policy checklists_all on public.checklists to authenticated
  using (agency_id = (select (auth.jwt() -> 'app_metadata' ->> 'agency_id')::uuid) or agency_id = '7e000000-0000-4000-8000-000000000001')
  with check (agency_id = (select (auth.jwt() -> 'app_metadata' ->> 'agency_id')::uuid));
revoke all on all tables in schema public from anon, authenticated;
grant select on public.agencies to authenticated;
grant select, insert, update, delete on public.checklists to authenticated;
