-- What a hosted Supabase project has beyond src/scratch/bootstrap.sql: `postgres` is a login without superuser that owns the
-- database, what it makes in `public` is open to the API's roles, and its names are looked up in `extensions` too.
do $$
begin
  -- where the server's superuser has that name, it stays what it is
  if not (select rolsuper from pg_roles where rolname = 'postgres') then
    execute format('alter role postgres login password %L', 'test-pw');
  end if;
  execute format('alter database %I owner to postgres', current_database());
  execute format('alter database %I set search_path = "$user", public, extensions', current_database());
end
$$;

alter default privileges for role postgres in schema public grant all on tables to anon, authenticated, service_role;
alter default privileges for role postgres in schema public grant all on functions to anon, authenticated, service_role;
alter default privileges for role postgres in schema public grant all on sequences to anon, authenticated, service_role;

-- the first `supabase db push` makes the history itself
drop schema supabase_migrations cascade;
