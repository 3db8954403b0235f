-- title: the owner of the tables is a role that requests can become
-- door: owner-not-forced
-- object: yard.crates
-- kind: tenancy
-- why: the API's login is a member of yard_owner, so a token that says this role becomes it, and as the owner of a table without FORCE it is past every policy. That no policy names it does not help.
do $$
begin
  if not exists (select from pg_roles where rolname = 'yard_owner') then
    create role yard_owner login;
  end if;
end
$$;
create schema yard;
grant usage, create on schema yard to yard_owner;
grant usage on schema yard to authenticated;
create table yard.crates (
  id uuid primary key default gen_random_uuid(),
  yard_id uuid not null,
  label text not null
);
alter table yard.crates enable row level security;
create policy crates_all on yard.crates for all to authenticated
  using (yard_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'yard_id')::uuid))
  with check (yard_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'yard_id')::uuid));
alter table yard.crates owner to yard_owner;
grant yard_owner to authenticator;
