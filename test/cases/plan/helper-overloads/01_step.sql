create function current_org() returns uuid language sql stable as $$ select coalesce(nullif(current_setting('app.org_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid) $$;
create function current_org(fallback uuid) returns uuid language sql stable as $$ select coalesce(coalesce(nullif(current_setting('app.org_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid), fallback) $$;
create function current_org(code text) returns uuid language sql immutable as $$ select md5(code)::uuid $$;
create table docs (id uuid primary key, org_id uuid not null, owner uuid not null, title text not null);
alter table docs enable row level security;
create policy p on docs for select to authenticated
  using (org_id = current_org());
create policy q on docs for update to authenticated
  using (org_id = current_org(owner));
create policy r on docs for delete to authenticated
  using (org_id = current_org(title));
