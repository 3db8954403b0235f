-- title: the login that migrates owns the tables, and no request arrives as it
-- door: none
-- why: row security does not hold back an owner without FORCE, and an owner may truncate and draw from sequences. But no policy names depot_migrator and no role may become it: it is how the tables came to be, not a way in.
do $$
begin
  if not exists (select from pg_roles where rolname = 'depot_migrator') then
    create role depot_migrator login;
  end if;
end
$$;
create schema depot;
grant usage, create on schema depot to depot_migrator;
grant usage on schema depot to authenticated;
create table depot.crates (
  id bigint generated always as identity primary key,
  yard_id uuid not null,
  label text not null
);
alter table depot.crates enable row level security;
create policy crates_all on depot.crates for all to authenticated
  using (yard_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'yard_id')::uuid))
  with check (yard_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'yard_id')::uuid));
alter table depot.crates owner to depot_migrator;
grant select, insert, update, delete on depot.crates to authenticated;
