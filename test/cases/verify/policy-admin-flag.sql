-- title: an administrator is told by a flag
-- door: policy
-- object: public.reports
-- kind: tenancy
-- why: `is_admin` is false unless somebody sets it, and a function looks at it without the organisation: an administrator of one organisation deletes the reports of all.
create schema private;
grant usage on schema private to authenticated;
create table public.orgs (id uuid primary key default gen_random_uuid(), name text not null);
create table public.members (
  org_id uuid not null references public.orgs (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  is_admin boolean not null default false,
  primary key (org_id, user_id)
);
create function private.my_orgs() returns setof uuid
language sql stable security definer set search_path = '' as $$
  select org_id from public.members where user_id = auth.uid()
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

create function private.may_delete() returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (select 1 from public.members m where m.user_id = auth.uid() and m.is_admin)
$$;
create policy reports_delete on public.reports for delete to authenticated
  using (private.may_delete());
