-- title: an admin of any tenant is an admin of all, by an enum and a body that is not SQL
-- door: policy
-- object: public.reports
-- kind: tenancy
-- why: the role is an enum, its default is `member`, and only a plpgsql function compares it. Whoever is an admin somewhere deletes the reports of everybody.
create type public.member_role as enum ('member', 'admin');
create schema private;
grant usage on schema private to authenticated;
create table public.orgs (id uuid primary key default gen_random_uuid(), name text not null);
create table public.members (
  org_id uuid not null references public.orgs (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  role public.member_role not null default 'member',
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

create function private.is_admin() returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return exists (select from public.members m where m.user_id = auth.uid() and m.role = 'admin');
end $$;
create policy reports_delete on public.reports for delete to authenticated
  using (private.is_admin());
