-- title: a policy reads a table that the role may not read
-- door: unavailable
-- object: public.tasks
-- kind: availability
-- why: the sub-query of the policy runs with the rights of the caller, and authenticated has no grant on private.admins: PostgreSQL 15 raises 42501 for every SELECT.
create table public.notes (id uuid primary key default gen_random_uuid(), org_id uuid not null, body text not null);
alter table public.notes enable row level security;
create policy own on public.notes to authenticated using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid)) with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));

create schema private;
create table private.admins (user_id uuid primary key);
grant usage on schema private to authenticated;
create table public.tasks (id uuid primary key default gen_random_uuid(), org_id uuid not null, label text not null);
alter table public.tasks enable row level security;
create policy task_read on public.tasks for select to authenticated
  using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid) or exists (select from private.admins a where a.user_id = auth.uid()));
