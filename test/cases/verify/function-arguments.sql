-- title: definer functions take lists, documents, rows and domains
-- door: function
-- object: public.parcels_by_ids(uuid[])
-- door: function
-- object: public.bulk_weigh(jsonb)
-- door: function
-- object: public.patch_parcel(jsonb)
-- door: function
-- object: public.save_parcel(public.parcels)
-- door: function
-- object: public.set_weight(uuid,public.positive)
-- door: function
-- object: public.set_state(uuid,public.parcel_state)
-- kind: tenancy
-- why: each goes by a row's id with its owner's rights and asks nobody's tenant. The id is inside an array, a JSON document or a row, or a null for the other argument would stop the call before it gets to it.
create table public.parcels (
  id uuid primary key default gen_random_uuid(),
  depot_id uuid not null,
  code text not null,
  weight integer not null default 1
);
alter table public.parcels enable row level security;
create policy parcels_all on public.parcels to authenticated using (depot_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'depot_id')::uuid)) with check (depot_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'depot_id')::uuid));

create type public.parcel_state as enum ('waiting', 'sent');
create domain public.positive as integer check (value > 0);
alter table public.parcels add column state public.parcel_state not null default 'waiting';

create function public.parcels_by_ids(ids uuid[]) returns setof public.parcels
language sql stable security definer set search_path = '' as $$
  select * from public.parcels where id = any (ids)
$$;
create function public.bulk_weigh(payload jsonb) returns void
language plpgsql security definer set search_path = '' as $$
begin
  update public.parcels p set weight = (item ->> 'weight')::integer
  from jsonb_array_elements(payload) item where p.id = (item ->> 'id')::uuid;
end
$$;
create function public.patch_parcel(patch jsonb) returns void
language sql security definer set search_path = '' as $$
  update public.parcels set code = patch ->> 'code' where id = (patch ->> 'parcel_id')::uuid
$$;
create function public.save_parcel(p public.parcels) returns void
language sql security definer set search_path = '' as $$
  update public.parcels set code = p.code, weight = p.weight where id = p.id
$$;
create function public.set_weight(p_parcel uuid, p_weight public.positive) returns void
language sql security definer set search_path = '' as $$
  update public.parcels set weight = p_weight where id = p_parcel
$$;
create function public.set_state(p_parcel uuid, p_state public.parcel_state) returns void
language sql security definer set search_path = '' as $$
  update public.parcels set state = p_state where id = p_parcel
$$;
revoke execute on all functions in schema public from public, anon;
grant execute on all functions in schema public to authenticated;
