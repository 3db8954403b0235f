-- title: every table that is made in the schema from now on is everybody's
-- door: default-privileges
-- object: reports
-- kind: grant
-- why: the default privilege grants SELECT, INSERT, UPDATE and DELETE on future tables to PUBLIC. Row security of a new table is off, so whoever may use the schema reads and writes it.
create schema reports;
grant usage on schema reports to authenticated;

create table reports.monthly (
  id uuid primary key default gen_random_uuid(),
  firm_id uuid not null,
  month date not null,
  turnover numeric(12, 2) not null
);
alter table reports.monthly enable row level security;
create policy monthly_select on reports.monthly for select to authenticated
  using (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid));
create policy monthly_insert on reports.monthly for insert to authenticated
  with check (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid));
create policy monthly_update on reports.monthly for update to authenticated
  using (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid))
  with check (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid));
create policy monthly_delete on reports.monthly for delete to authenticated
  using (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid));
grant select, insert, update, delete on reports.monthly to authenticated;

alter default privileges in schema reports grant select, insert, update, delete on tables to public;
