-- title: GRANT ALL in a schema of its own has TRUNCATE in it
-- door: truncate
-- object: crm.calls
-- kind: tenancy
-- why: `grant all` on a table means TRUNCATE too, and outside public nobody but this migration gave it. The policies hold for every other command.
create schema crm;
grant usage on schema crm to authenticated;

create table crm.contacts (
  id uuid primary key default gen_random_uuid(),
  agency_id uuid not null,
  name text not null,
  unique (agency_id, id)
);
alter table crm.contacts enable row level security;
create policy contacts_select on crm.contacts for select to authenticated
  using (agency_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'agency_id')::uuid));
create policy contacts_insert on crm.contacts for insert to authenticated
  with check (agency_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'agency_id')::uuid));
create policy contacts_update on crm.contacts for update to authenticated
  using (agency_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'agency_id')::uuid))
  with check (agency_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'agency_id')::uuid));
create policy contacts_delete on crm.contacts for delete to authenticated
  using (agency_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'agency_id')::uuid));
grant select, insert, update, delete on crm.contacts to authenticated;

create table crm.calls (
  id uuid primary key default gen_random_uuid(),
  agency_id uuid not null,
  contact_id uuid not null,
  summary text not null default '',
  foreign key (agency_id, contact_id) references crm.contacts (agency_id, id)
);
alter table crm.calls enable row level security;
create policy calls_select on crm.calls for select to authenticated
  using (agency_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'agency_id')::uuid));
create policy calls_insert on crm.calls for insert to authenticated
  with check (agency_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'agency_id')::uuid));
create policy calls_update on crm.calls for update to authenticated
  using (agency_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'agency_id')::uuid))
  with check (agency_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'agency_id')::uuid));
create policy calls_delete on crm.calls for delete to authenticated
  using (agency_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'agency_id')::uuid));
grant all on crm.calls to authenticated;
