create table docs (id uuid primary key, org_id uuid not null, title text not null);
alter table docs enable row level security;
create policy own on docs for select to authenticated
  using (org_id = coalesce(nullif(current_setting('app.org_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid));
create policy admins on docs for delete to authenticated
  using (coalesce(nullif(current_setting('app.role_name', true), ''), auth.jwt() ->> 'role_name') = 'admin');
