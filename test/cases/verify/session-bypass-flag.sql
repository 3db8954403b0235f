-- title: a session variable switches the tenant check off
-- door: session-variable
-- object: public.samples
-- kind: tenancy
-- config: {"flags": {"app.bypass_rls": {"decision": "open"}}}
-- why: the flag was made for jobs on the server, but nothing ties it to them. Any client says `set app.bypass_rls = 'on'` and reads the rows of all labs.
create table public.devices (
  id uuid primary key default gen_random_uuid(),
  lab_id uuid not null,
  label text not null
);
alter table public.devices enable row level security;
create policy devices_select on public.devices for select to authenticated
  using (lab_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'lab_id')::uuid));
create policy devices_insert on public.devices for insert to authenticated
  with check (lab_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'lab_id')::uuid));
create policy devices_update on public.devices for update to authenticated
  using (lab_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'lab_id')::uuid))
  with check (lab_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'lab_id')::uuid));
create policy devices_delete on public.devices for delete to authenticated
  using (lab_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'lab_id')::uuid));

create table public.samples (
  id uuid primary key default gen_random_uuid(),
  lab_id uuid not null,
  taken_at timestamptz not null default now()
);
alter table public.samples enable row level security;
create policy samples_select on public.samples for select to authenticated
  using (lab_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'lab_id')::uuid) or current_setting('app.bypass_rls', true) = 'on');
create policy samples_insert on public.samples for insert to authenticated
  with check (lab_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'lab_id')::uuid));
