-- title: a user may add himself to any organisation
-- door: membership
-- object: public.org_members
-- kind: tenancy
-- why: the INSERT policy asks that the row be the user's own and not that anyone invited him. With one INSERT he is a member of the organisation he names, and the policies that look the membership up let him in.
create schema private;
create table public.org_members (
  org_id uuid not null,
  user_id uuid not null references auth.users (id) on delete cascade,
  primary key (org_id, user_id)
);
alter table public.org_members enable row level security;
create policy org_members_select on public.org_members for select to authenticated
  using (user_id = (select auth.uid()));
create policy org_members_insert on public.org_members for insert to authenticated
  with check (user_id = (select auth.uid()));

create function private.my_orgs() returns setof uuid
language sql stable security definer set search_path = '' as $$
  select m.org_id from public.org_members m where m.user_id = auth.uid()
$$;
revoke execute on function private.my_orgs() from public;
grant execute on function private.my_orgs() to authenticated;

create table public.files (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null,
  title text not null
);
alter table public.files enable row level security;
create policy files_select on public.files for select to authenticated
  using (org_id in (select private.my_orgs()));
create policy files_insert on public.files for insert to authenticated
  with check (org_id in (select private.my_orgs()));
