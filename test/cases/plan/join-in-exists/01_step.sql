create table member (id uuid primary key, org_id uuid not null, user_id uuid not null references auth.users, role text not null);
alter table member enable row level security;
create table docs (id uuid primary key, org_id uuid not null, owner uuid not null, title text not null);
alter table docs enable row level security;
create table team (id uuid primary key, org_id uuid not null);
create policy m on member for select to authenticated
  using (user_id = auth.uid());
create policy p on docs for select to authenticated
  using (exists (select 1 from member m join team t on t.org_id = m.org_id where t.org_id = docs.org_id and m.org_id = coalesce(nullif(current_setting('app.org_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid) and m.role in ('boss', 'clerk')));
