-- The login of the deployment, as on Supabase: no superuser, owns the database (see `login` of the harness) and the project's relations. And that of the application.
do $$
begin
  if not exists (select from pg_roles where rolname = 'deployer') then
    create role deployer login bypassrls password 'test-pw';
    create role app login noinherit password 'test-pw' in role authenticated;
  end if;
end
$$;
grant usage, create on schema public to deployer;
grant usage on schema auth to deployer;
grant authenticated to deployer;
alter table public.customer owner to deployer;
alter table public.invoice owner to deployer;
alter table public.note owner to deployer;

