create schema a;
create schema b;
grant usage on schema a, b to authenticated;
create table a.docs (id uuid primary key, org_id uuid not null);
grant all on a.docs to authenticated;
alter table a.docs enable row level security;
create policy p on a.docs for select to authenticated
  using (org_id = coalesce(nullif(current_setting('app.org_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid));
create table b.docs (id uuid primary key, org_id uuid not null);
grant all on b.docs to authenticated;
alter table b.docs enable row level security;
create policy p on b.docs for select to authenticated
  using (org_id = coalesce(nullif(current_setting('app.org_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid));
