-- title: members of all organisations may be looked up, as declared, and a user may add himself to any
-- door: membership
-- object: public.org_members
-- kind: tenancy
-- config: {"verify": {"expected": [{"object": "public.org_members", "door": "policy", "commands": ["SELECT", "COPY", "INSERT"], "reason": "the list of members is public"}]}}
-- why: the exception names the door of a policy. That a user makes himself a member of any organisation, and so gets at its files, is the door of membership, whatever the command.
create schema private;
create table public.org_members (
  org_id uuid not null,
  user_id uuid not null references auth.users (id) on delete cascade,
  primary key (org_id, user_id)
);
alter table public.org_members enable row level security;
create policy org_members_select on public.org_members for select to authenticated
  using (true);
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
