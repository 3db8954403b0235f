create role clerk nologin;
grant usage on schema public to clerk;
create table docs (id uuid primary key, org_id uuid not null, owner uuid not null, title text not null);
alter table docs enable row level security;
grant all on docs to clerk;
create policy r on docs for select to authenticated
  using (owner = auth.uid());
create policy w on docs for all to clerk
  using (org_id = coalesce(nullif(current_setting('app.org_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid));
