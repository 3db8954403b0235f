-- title: the same beside a table whose policy reads itself
-- door: unavailable
-- object: public.apples
-- door: context-function
-- object: public.set_agency(uuid)
-- kind: tenancy
-- config: {"context": {"app.agency_id": {"claim": "app_metadata.agency_id", "type": "uuid"}}, "verify": {"expected": [{"object": "public.briefs", "door": "session-variable", "reason": "clients come through the REST API and cannot run SET; planned to move to claims"}]}}
-- why: the first table raises 42P17 for every statement, which says nothing of what the function opens on the next. Even a client that cannot run SET can call a function over the REST API, and this one sets app.agency_id from its argument. In the same transaction the hybrid policy then believes it.
create table public.apples (id uuid primary key default gen_random_uuid(), agency_id uuid not null, sort text not null);
alter table public.apples enable row level security;
create policy apples_own on public.apples for select to authenticated
  using (agency_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'agency_id')::uuid)
    and exists (select from public.apples other where other.agency_id = apples.agency_id));

create table public.clients (
  id uuid primary key default gen_random_uuid(),
  agency_id uuid not null,
  name text not null
);
alter table public.clients enable row level security;
create policy clients_select on public.clients for select to authenticated
  using (agency_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'agency_id')::uuid));
create policy clients_insert on public.clients for insert to authenticated
  with check (agency_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'agency_id')::uuid));
create policy clients_update on public.clients for update to authenticated
  using (agency_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'agency_id')::uuid))
  with check (agency_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'agency_id')::uuid));
create policy clients_delete on public.clients for delete to authenticated
  using (agency_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'agency_id')::uuid));

create function public.set_agency(p_agency uuid) returns void
language sql volatile set search_path = '' as $$
  select set_config('app.agency_id', p_agency::text, true)
$$;
revoke execute on function public.set_agency(uuid) from public, anon;
grant execute on function public.set_agency(uuid) to authenticated;

create table public.briefs (
  id uuid primary key default gen_random_uuid(),
  agency_id uuid not null,
  body text not null default ''
);
alter table public.briefs enable row level security;
create policy briefs_select on public.briefs for select to authenticated
  using (agency_id = coalesce(
    nullif(current_setting('app.agency_id', true), '')::uuid,
    (select ((select auth.jwt()) -> 'app_metadata' ->> 'agency_id')::uuid)
  ));
