-- title: a view that crosses tenants on purpose, and the config says why
-- door: none
-- config: {"verify": {"expected": [{"object": "public.league_table", "door": "view", "reason": "the league's standings are published; the view shows names and points only"}]}}
-- why: the view reads with its owner's rights and shows all clubs, as it is meant to. The declared exception is reported as expected and is no finding.
create table public.standings (
  id uuid primary key default gen_random_uuid(),
  club_id uuid not null,
  club_name text not null,
  points integer not null default 0
);
alter table public.standings enable row level security;
create policy standings_select on public.standings for select to authenticated
  using (club_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'club_id')::uuid));

create view public.league_table as select club_name, points from public.standings;
revoke all on public.league_table from anon, authenticated;
grant select on public.league_table to anon, authenticated;
