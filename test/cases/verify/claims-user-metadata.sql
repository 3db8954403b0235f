-- title: one policy reads the tenant from user_metadata
-- door: claims
-- object: public.songs
-- kind: tenancy
-- why: user_metadata is written by the user himself with `auth.updateUser({ data })`, app_metadata only by the server. An attacker writes another club's id into his own profile and gets a token that says so.
create table public.concerts (
  id uuid primary key default gen_random_uuid(),
  club_id uuid not null,
  title text not null
);
alter table public.concerts enable row level security;
create policy concerts_select on public.concerts for select to authenticated
  using (club_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'club_id')::uuid));
create policy concerts_insert on public.concerts for insert to authenticated
  with check (club_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'club_id')::uuid));
create policy concerts_update on public.concerts for update to authenticated
  using (club_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'club_id')::uuid))
  with check (club_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'club_id')::uuid));
create policy concerts_delete on public.concerts for delete to authenticated
  using (club_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'club_id')::uuid));

create table public.songs (
  id uuid primary key default gen_random_uuid(),
  club_id uuid not null,
  title text not null
);
alter table public.songs enable row level security;
create policy songs_select on public.songs for select to authenticated
  using (club_id = (select ((select auth.jwt()) -> 'user_metadata' ->> 'club_id')::uuid));
create policy songs_insert on public.songs for insert to authenticated
  with check (club_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'club_id')::uuid));
