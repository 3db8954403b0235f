create table docs (id uuid primary key, org_id uuid not null, owner uuid not null, title text not null);
alter table docs enable row level security;
create policy hidden on docs as restrictive for select to authenticated
  using (title <> all (coalesce(string_to_array(current_setting('app.muted', true), ','), '{}')));
create policy q on docs for select to authenticated
  using (org_id = coalesce(nullif(current_setting('app.org_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid));
