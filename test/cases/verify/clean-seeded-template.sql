-- title: everybody reads the templates of the seed, and writes own rows only
-- door: none
-- why: the rows of the template tenant are there to be read by all; USING of the writes and WITH CHECK compare the tenant alone.
create table public.checklists (
  id uuid primary key default gen_random_uuid(),
  agency_id uuid not null,
  body text not null
);
insert into public.checklists (agency_id, body) values ('7e000000-0000-4000-8000-000000000001', 'first steps');
alter table public.checklists enable row level security;
create policy checklists_read on public.checklists for select to authenticated
  using (agency_id = (select (auth.jwt() -> 'app_metadata' ->> 'agency_id')::uuid) or agency_id = '7e000000-0000-4000-8000-000000000001');
create policy checklists_add on public.checklists for insert to authenticated
  with check (agency_id = (select (auth.jwt() -> 'app_metadata' ->> 'agency_id')::uuid));
create policy checklists_change on public.checklists for update to authenticated
  using (agency_id = (select (auth.jwt() -> 'app_metadata' ->> 'agency_id')::uuid))
  with check (agency_id = (select (auth.jwt() -> 'app_metadata' ->> 'agency_id')::uuid));
create policy checklists_remove on public.checklists for delete to authenticated
  using (agency_id = (select (auth.jwt() -> 'app_metadata' ->> 'agency_id')::uuid));
revoke all on all tables in schema public from anon, authenticated;
grant select, insert, update, delete on public.checklists to authenticated;
