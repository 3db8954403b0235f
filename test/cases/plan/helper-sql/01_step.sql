create function current_org() returns uuid language sql stable as $$ select coalesce(nullif(current_setting('app.org_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid) $$;
comment on function current_org() is 'kept';
create table docs (id uuid primary key, org_id uuid not null, owner uuid not null, title text not null);
alter table docs enable row level security;
create policy p on docs for select to authenticated
  using (org_id = current_org());
create policy q on docs for insert to authenticated
  with check (org_id = (select current_org()));
