-- title: a member who left keeps deleting with the token's role
-- door: stale-role
-- object: public.trainings
-- kind: role
-- config: {"rules": {"liveRole": {"setting": "app_metadata.club_role", "relation": "public.club_staff", "userColumn": "user_id", "roleColumn": "role", "active": "left_on is null"}}}
-- why: reading is for all members, deleting for coaches, and who is a coach is read from the token. After `left_on` was set the old token still deletes the club's trainings.
create table public.club_staff (
  club_id uuid not null,
  user_id uuid not null references auth.users (id) on delete cascade,
  role text not null check (role in ('helper', 'coach')),
  left_on date,
  primary key (club_id, user_id)
);
alter table public.club_staff enable row level security;
create policy club_staff_select on public.club_staff for select to authenticated
  using (club_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'club_id')::uuid) and user_id = (select auth.uid()));

create table public.trainings (
  id uuid primary key default gen_random_uuid(),
  club_id uuid not null,
  at timestamptz not null default now()
);
alter table public.trainings enable row level security;
create policy trainings_select on public.trainings for select to authenticated
  using (club_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'club_id')::uuid));
create policy trainings_delete on public.trainings for delete to authenticated
  using (club_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'club_id')::uuid) and (select (select auth.jwt()) -> 'app_metadata' ->> 'club_role') = 'coach');
