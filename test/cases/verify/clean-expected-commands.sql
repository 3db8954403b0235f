-- title: everybody may report any tenant's parcel as seen, and the config says with which commands
-- door: none
-- config: {"verify": {"expected": [{"object": "public.parcels", "door": "policy", "commands": ["UPDATE", "MERGE"], "reason": "whoever finds a parcel says so"}]}}
-- why: the policy for UPDATE is open on purpose and the entry names the commands. Reading, inserting and deleting stay within the tenant.
create table public.parcels (
  id uuid primary key default gen_random_uuid(),
  depot_id uuid not null,
  seen text not null default 'no'
);
alter table public.parcels enable row level security;
create policy parcels_select on public.parcels for select to authenticated
  using (depot_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'depot_id')::uuid));
create policy parcels_insert on public.parcels for insert to authenticated
  with check (depot_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'depot_id')::uuid));
create policy parcels_update on public.parcels for update to authenticated using (true) with check (true);
create policy parcels_delete on public.parcels for delete to authenticated
  using (depot_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'depot_id')::uuid));
