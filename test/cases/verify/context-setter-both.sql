-- title: a session-only policy and a function that sets its variable
-- door: session-variable
-- object: public.parcels
-- door: context-function
-- object: api.begin_request(uuid,text)
-- kind: tenancy
-- config: {"context": {"app.fleet_id": {"claim": "app_metadata.fleet_id", "type": "uuid"}}}
-- why: two things have to be mended: the policy believes a variable that a client can SET, and the function, executable by PUBLIC, sets it from its argument for clients that cannot. Either is enough to read another fleet's parcels.
create table public.depots (
  id uuid primary key default gen_random_uuid(),
  fleet_id uuid not null,
  label text not null
);
alter table public.depots enable row level security;
create policy depots_select on public.depots for select to authenticated
  using (fleet_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'fleet_id')::uuid));
create policy depots_insert on public.depots for insert to authenticated
  with check (fleet_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'fleet_id')::uuid));
create policy depots_update on public.depots for update to authenticated
  using (fleet_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'fleet_id')::uuid))
  with check (fleet_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'fleet_id')::uuid));
create policy depots_delete on public.depots for delete to authenticated
  using (fleet_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'fleet_id')::uuid));

create schema api;
grant usage on schema api to authenticated;
create function api.begin_request(p_fleet uuid, p_locale text default 'en') returns void
language plpgsql volatile set search_path = '' as $$
begin
  perform set_config('app.fleet_id', p_fleet::text, true);
  perform set_config('app.locale', p_locale, true);
end
$$;

create table public.parcels (
  id uuid primary key default gen_random_uuid(),
  fleet_id uuid not null,
  label text not null
);
alter table public.parcels enable row level security;
create policy parcels_select on public.parcels for select to authenticated
  using (fleet_id = nullif(current_setting('app.fleet_id', true), '')::uuid);
