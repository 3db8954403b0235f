-- title: a partition can be asked directly, and it has no row security
-- door: partition
-- object: public.events_2026
-- kind: tenancy
-- why: row security of a partitioned table is applied when it is named itself; a partition named directly goes by its own settings, which are off, and the default privileges granted it to everyone.
create table public.events (
  id uuid not null default gen_random_uuid(),
  org_id uuid not null,
  at timestamptz not null default now(),
  what text not null,
  primary key (id, at)
) partition by range (at);
alter table public.events enable row level security;
create policy events_select on public.events for select to authenticated
  using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
create policy events_insert on public.events for insert to authenticated
  with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
create policy events_update on public.events for update to authenticated
  using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid))
  with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
create policy events_delete on public.events for delete to authenticated
  using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));

create table public.events_2025 partition of public.events for values from ('2025-01-01') to ('2026-01-01');
alter table public.events_2025 enable row level security;
create policy events_2025_select on public.events_2025 for select to authenticated
  using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
create policy events_2025_insert on public.events_2025 for insert to authenticated
  with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
create policy events_2025_update on public.events_2025 for update to authenticated
  using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid))
  with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
create policy events_2025_delete on public.events_2025 for delete to authenticated
  using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
create table public.events_2026 partition of public.events for values from ('2026-01-01') to ('2027-01-01');
