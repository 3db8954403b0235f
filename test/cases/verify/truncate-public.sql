-- title: TRUNCATE for PUBLIC, meant for the nightly job
-- door: truncate
-- object: staging.uploads
-- kind: tenancy
-- why: the job's role was to get it, PUBLIC did, and anon may use the schema. Row security is on and does not matter for TRUNCATE.
create schema staging;
grant usage on schema staging to anon, authenticated;

create table staging.uploads (
  id uuid primary key default gen_random_uuid(),
  firm_id uuid not null,
  payload jsonb not null default '{}'
);
alter table staging.uploads enable row level security;
create policy uploads_select on staging.uploads for select to authenticated
  using (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid));
create policy uploads_insert on staging.uploads for insert to authenticated
  with check (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid));
grant select, insert on staging.uploads to authenticated;
grant truncate on staging.uploads to public;
