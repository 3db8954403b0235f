-- title: requests run as the role that owns the table
-- door: owner-not-forced
-- object: app.visits
-- kind: tenancy
-- why: row security does not apply to a relation's owner unless FORCE is on. The pool logs in as app_user, which owns app.visits, so its policy is never asked.
do $$
begin
  if not exists (select from pg_roles where rolname = 'app_user') then
    create role app_user login;
  end if;
end
$$;
create schema app;
grant usage, create on schema app to app_user;
grant usage on schema auth to app_user;

create table app.patients (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null,
  name text not null
);
alter table app.patients enable row level security;
alter table app.patients force row level security;
create policy patients_all on app.patients for all to app_user
  using (clinic_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'clinic_id')::uuid)) with check (clinic_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'clinic_id')::uuid));
grant select, insert, update, delete on app.patients to app_user;

create table app.visits (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null,
  seen_on date not null default current_date
);
alter table app.visits enable row level security;
create policy visits_all on app.visits for all to app_user
  using (clinic_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'clinic_id')::uuid)) with check (clinic_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'clinic_id')::uuid));
alter table app.visits owner to app_user;
revoke truncate on app.visits from app_user;
