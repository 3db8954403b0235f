create function current_batch() returns text language sql stable as $$ select nullif(current_setting('app.batch_id', true), '') $$;
create table docs (id uuid primary key, org_id uuid not null, owner uuid not null, title text not null);
alter table docs enable row level security;
create policy p on docs for select to authenticated
  using (title = current_batch());
create policy q on docs for select to authenticated
  using (org_id = coalesce(nullif(current_setting('app.org_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid));
