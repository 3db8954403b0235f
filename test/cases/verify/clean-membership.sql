-- title: memberships are looked up by a helper in a private schema
-- door: none
-- why: the helper runs as its owner, with an empty search_path and for the caller's own id only, and clients cannot write memberships. A role per membership row cannot be changed by its holder.
create schema private;
create table public.teams (id uuid primary key default gen_random_uuid(), name text not null);
create table public.team_members (
  team_id uuid not null references public.teams (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  role text not null default 'member' check (role in ('member', 'owner')),
  primary key (team_id, user_id)
);

create function private.my_teams() returns setof uuid
language sql stable security definer set search_path = '' as $$
  select m.team_id from public.team_members m where m.user_id = auth.uid()
$$;
create function private.owned_teams() returns setof uuid
language sql stable security definer set search_path = '' as $$
  select m.team_id from public.team_members m where m.user_id = auth.uid() and m.role = 'owner'
$$;
revoke execute on function private.my_teams(), private.owned_teams() from public;
grant execute on function private.my_teams(), private.owned_teams() to authenticated;

alter table public.teams enable row level security;
create policy teams_select on public.teams for select to authenticated
  using (id in (select private.my_teams()));
alter table public.team_members enable row level security;
create policy team_members_select on public.team_members for select to authenticated
  using (team_id in (select private.my_teams()));

create table public.documents (
  id uuid primary key default gen_random_uuid(),
  team_id uuid not null references public.teams (id),
  title text not null
);
alter table public.documents enable row level security;
create policy documents_select on public.documents for select to authenticated
  using (team_id in (select private.my_teams()));
create policy documents_insert on public.documents for insert to authenticated
  with check (team_id in (select private.my_teams()));
create policy documents_update on public.documents for update to authenticated
  using (team_id in (select private.my_teams())) with check (team_id in (select private.my_teams()));
create policy documents_delete on public.documents for delete to authenticated
  using (team_id in (select private.owned_teams()));
