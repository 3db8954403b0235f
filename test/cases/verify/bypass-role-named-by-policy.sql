-- title: the role that the policies name has BYPASSRLS itself
-- door: bypass-role
-- object: depot_app
-- kind: tenancy
-- why: the policies compare the token with the row, and were meant to hold for requests, which come as the role. Row security is not applied to a role with BYPASSRLS.
do $$ begin create role depot_app nologin bypassrls; exception when duplicate_object then null; end $$;
create table public.pallets (id uuid primary key default gen_random_uuid(), depot_id uuid not null, label text not null);
alter table public.pallets enable row level security;
create policy pallets_depot on public.pallets to depot_app
  using (depot_id = (select (auth.jwt() -> 'app_metadata' ->> 'depot_id')::uuid))
  with check (depot_id = (select (auth.jwt() -> 'app_metadata' ->> 'depot_id')::uuid));
revoke all on public.pallets from public, anon, authenticated;
grant select, insert, update, delete on public.pallets to depot_app;
