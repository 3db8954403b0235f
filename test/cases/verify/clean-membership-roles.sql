-- title: members have roles and a status, and every helper asks for the organisation too
-- door: none
-- why: an admin writes and an owner manages members, each of his own organisation only; who is invited reaches nothing. Owners may change roles, their own too, for they are the administrators.
create schema private;
grant usage on schema private to authenticated;
create table public.orgs (id uuid primary key default gen_random_uuid(), name text not null);
create table public.members (
  org_id uuid not null references public.orgs (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  role text not null default 'viewer' check (role in ('viewer', 'admin', 'owner')),
  status text not null default 'invited' check (status in ('invited', 'active', 'removed')),
  primary key (org_id, user_id)
);
create function private.my_orgs() returns setof uuid
language sql stable security definer set search_path = '' as $$
  select org_id from public.members where user_id = auth.uid() and status = 'active'
$$;
alter table public.orgs enable row level security;
create policy orgs_select on public.orgs for select to authenticated
  using (id in (select private.my_orgs()));
alter table public.members enable row level security;
create policy members_select on public.members for select to authenticated
  using (org_id in (select private.my_orgs()));

create table public.reports (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.orgs (id) on delete cascade,
  body text not null
);
alter table public.reports enable row level security;
create policy reports_select on public.reports for select to authenticated
  using (org_id in (select private.my_orgs()));

create function private.orgs_as(variadic roles text[]) returns setof uuid
language sql stable security definer set search_path = '' as $$
  select org_id from public.members where user_id = auth.uid() and status = 'active' and role = any (roles)
$$;
create policy reports_write on public.reports to authenticated
  using (org_id in (select private.orgs_as('admin', 'owner')))
  with check (org_id in (select private.orgs_as('admin', 'owner')));
create policy members_write on public.members for update to authenticated
  using (org_id in (select private.orgs_as('owner')))
  with check (org_id in (select private.orgs_as('owner')));
