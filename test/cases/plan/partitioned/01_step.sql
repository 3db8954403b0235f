create table docs (id uuid not null, org_id uuid not null, at date not null, primary key (id, at)) partition by range (at);
create table docs_2025 partition of docs for values from ('2025-01-01') to ('2026-01-01');
alter table docs enable row level security;
alter table docs_2025 enable row level security;
create policy p on docs for select to authenticated
  using (org_id = coalesce(nullif(current_setting('app.org_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid));
create policy q on docs_2025 for select to authenticated
  using (org_id = coalesce(nullif(current_setting('app.org_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid));
