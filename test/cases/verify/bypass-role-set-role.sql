-- title: the role of requests is a member of a role with BYPASSRLS
-- door: bypass-role
-- object: shelf_keeper
-- kind: tenancy
-- why: BYPASSRLS is not inherited, but SET ROLE takes it on, and `authenticated` may: the manual, "Role Membership". The role reads with its own grants, and no policy holds for it.
do $$ begin create role shelf_keeper nologin bypassrls; exception when duplicate_object then null; end $$;
grant shelf_keeper to authenticated;
create table public.loans (id uuid primary key default gen_random_uuid(), library_id uuid not null, title text not null);
alter table public.loans enable row level security;
create policy loans_all on public.loans to authenticated
  using (library_id = (select (auth.jwt() -> 'app_metadata' ->> 'library_id')::uuid))
  with check (library_id = (select (auth.jwt() -> 'app_metadata' ->> 'library_id')::uuid));
revoke all on public.loans from public, anon;
grant select on public.loans to shelf_keeper;
