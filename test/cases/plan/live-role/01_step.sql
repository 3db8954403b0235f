create table member (id uuid primary key, org_id uuid not null, user_id uuid not null references auth.users, role text not null, status text not null default 'active');
alter table member enable row level security;
create table docs (id uuid primary key, org_id uuid not null, owner uuid not null, title text not null);
alter table docs enable row level security;
create policy m on member for select to authenticated
  using (org_id = coalesce(nullif(current_setting('app.org_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid) and coalesce(nullif(current_setting('app.role_name', true), ''), auth.jwt() -> 'app_metadata' ->> 'role_name') = 'boss');
create policy p on docs for select to authenticated
  using (org_id = coalesce(nullif(current_setting('app.org_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid) and coalesce(nullif(current_setting('app.role_name', true), ''), auth.jwt() -> 'app_metadata' ->> 'role_name') in ('boss', 'clerk'));
