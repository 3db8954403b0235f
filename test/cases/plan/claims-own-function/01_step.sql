create schema app;
grant usage on schema app to authenticated, anon;
create function app.claims() returns jsonb language sql stable as $$ select nullif(current_setting('request.jwt.claims', true), '')::jsonb $$;
create table docs (id uuid primary key, org_id uuid not null, owner uuid not null, title text not null);
alter table docs enable row level security;
create policy p on docs for select to authenticated
  using (org_id = coalesce(nullif(current_setting('app.org_id', true), '')::uuid, (app.claims() ->> 'org_id')::uuid));
