-- title: a view shows what is not deleted, with its owner's rights
-- door: view
-- object: public.live_devices
-- kind: tenancy
-- why: the table is fenced, the view reads it with its owner's rights and only rows whose `deleted_at` is null. Rows that all have one are not shown, and nothing would be found.
create table public.devices (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null,
  name text not null,
  deleted_at timestamptz
);
alter table public.devices enable row level security;
create policy devices_all on public.devices to authenticated
  using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid))
  with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
create view public.live_devices as select * from public.devices where deleted_at is null;
revoke insert, update, delete on public.live_devices from anon, authenticated;
