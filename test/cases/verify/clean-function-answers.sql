-- title: functions that answer from their arguments, or with the caller's own rows
-- door: none
-- why: which shard a tenant is on follows from its id, chance is another for everybody, and rows of the caller's own depot are no other tenant's, whatever state was asked for; nothing of another tenant's rows is in any of the answers. save_parcel asks whose the row is.
create table public.parcels (
  id uuid primary key default gen_random_uuid(),
  depot_id uuid not null,
  code text not null,
  weight integer not null default 1
);
alter table public.parcels enable row level security;
create policy parcels_all on public.parcels to authenticated using (depot_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'depot_id')::uuid)) with check (depot_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'depot_id')::uuid));

create function public.shard_of(depot_id uuid) returns integer language sql immutable set search_path = '' as $$
  select abs(hashtext(depot_id::text)) % 1024
$$;
create function public.lucky(depot_id uuid) returns double precision language sql volatile set search_path = '' as $$
  select random() + (select count(*) from public.parcels)
$$;
create function public.parcels_for(p_depot uuid) returns setof public.parcels
language sql stable security definer set search_path = '' as $$
  select * from public.parcels
  where depot_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'depot_id')::uuid) and p_depot is not null and p_depot::text not like '_badf00d%'
$$;
create function public.save_parcel(p public.parcels) returns void
language sql security definer set search_path = '' as $$
  update public.parcels set code = p.code where id = p.id and depot_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'depot_id')::uuid)
$$;
revoke execute on function public.parcels_for(uuid), public.save_parcel(public.parcels) from public, anon;
