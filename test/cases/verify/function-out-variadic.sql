-- title: definer functions with OUT and VARIADIC arguments
-- door: function
-- object: public.parcel_card(uuid)
-- door: function
-- object: public.drop_parcels(uuid[])
-- kind: tenancy
-- why: names of arguments are counted with those that come out, and an array goes to a VARIADIC argument by that word only. Called as they are meant to be, the one tells a parcel of another depot and the other deletes it.
create table public.parcels (
  id uuid primary key default gen_random_uuid(),
  depot_id uuid not null,
  code text not null,
  weight integer not null default 1
);
alter table public.parcels enable row level security;
create policy parcels_all on public.parcels to authenticated using (depot_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'depot_id')::uuid)) with check (depot_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'depot_id')::uuid));

create function public.parcel_card(out title text, "parcelId" uuid, out weighs integer)
language sql stable security definer set search_path = '' as $$
  select code, weight from public.parcels where id = "parcelId"
$$;
create function public.drop_parcels(variadic ids uuid[]) returns void
language sql security definer set search_path = '' as $$
  delete from public.parcels where id = any (ids)
$$;
revoke execute on all functions in schema public from public, anon;
grant execute on all functions in schema public to authenticated;
