create table docs (id uuid primary key, org_id uuid not null, owner uuid not null, title text not null);
alter table docs enable row level security;
create table notes (id uuid primary key, org_id uuid not null);
alter table notes enable row level security;
create policy p on docs for select to authenticated
  using (org_id = coalesce(nullif(current_setting('app.org_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid));
create policy p on notes for select to authenticated
  using (org_id = coalesce(nullif(current_setting('app.org_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid) and coalesce(nullif(current_setting('app.role_name', true), ''), auth.jwt() -> 'app_metadata' ->> 'role_name') = 'boss');
