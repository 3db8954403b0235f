-- title: requests run as the owner, and row security is forced
-- door: none
-- why: with FORCE the policies hold for the owner too, and they name app_user. It is no superuser and has no BYPASSRLS.
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

create table app.members (
  id uuid primary key default gen_random_uuid(),
  club_id uuid not null,
  name text not null,
  unique (club_id, id)
);
alter table app.members enable row level security;
alter table app.members force row level security;
create policy members_all on app.members for all to app_user
  using (club_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'club_id')::uuid)) with check (club_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'club_id')::uuid));
alter table app.members owner to app_user;

create table app.fees (
  id uuid primary key default gen_random_uuid(),
  club_id uuid not null,
  member_id uuid not null,
  amount numeric(8, 2) not null,
  foreign key (club_id, member_id) references app.members (club_id, id)
);
alter table app.fees enable row level security;
alter table app.fees force row level security;
create policy fees_all on app.fees for all to app_user
  using (club_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'club_id')::uuid)) with check (club_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'club_id')::uuid));
alter table app.fees owner to app_user;
revoke truncate on app.members, app.fees from app_user;
