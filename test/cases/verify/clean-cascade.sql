-- title: a foreign key that holds the tenant, ON DELETE CASCADE
-- door: none
-- why: a pledge can reference a drive of its own club only, so that nothing of another club is removed with a drive.
create table public.drives (number int not null, club_id uuid not null, name text not null, primary key (club_id, number));
create table public.pledges (
  id uuid primary key default gen_random_uuid(),
  club_id uuid not null,
  drive int not null,
  amount int not null,
  foreign key (club_id, drive) references public.drives (club_id, number) on delete cascade
);
alter table public.drives enable row level security;
alter table public.pledges enable row level security;
create policy drives_own on public.drives to authenticated
  using (club_id = (select (auth.jwt() -> 'app_metadata' ->> 'club_id')::uuid)) with check (club_id = (select (auth.jwt() -> 'app_metadata' ->> 'club_id')::uuid));
create policy pledges_own on public.pledges to authenticated
  using (club_id = (select (auth.jwt() -> 'app_metadata' ->> 'club_id')::uuid)) with check (club_id = (select (auth.jwt() -> 'app_metadata' ->> 'club_id')::uuid));
revoke all on all tables in schema public from anon, authenticated;
grant select, insert, delete on public.drives, public.pledges to authenticated;
