-- title: a role with SUPERUSER is reached through two memberships
-- door: bypass-role
-- object: harbour_root
-- kind: tenancy
-- why: SET ROLE may name a role of which the login is a member through others. A superuser needs no grants.
do $$ begin create role harbour_root nologin superuser; exception when duplicate_object then null; end $$;
do $$ begin create role harbour_staff nologin; exception when duplicate_object then null; end $$;
do $$ begin create role harbour_app nologin; exception when duplicate_object then null; end $$;
grant harbour_root to harbour_staff;
grant harbour_staff to harbour_app;
create schema harbour;
grant usage on schema harbour to harbour_app;
create table harbour.berths (id bigint generated always as identity primary key, port_id uuid not null, label text not null);
alter table harbour.berths enable row level security;
create policy berths_port on harbour.berths to harbour_app
  using (port_id = (current_setting('request.jwt.claims', true)::jsonb ->> 'port_id')::uuid);
grant select on harbour.berths to harbour_app;
