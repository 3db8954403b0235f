-- title: deleting an own row removes rows of other tenants
-- door: cascade
-- object: public.pledges_drive_fkey
-- door: foreign-key-oracle
-- object: public.pledges_drive_fkey
-- door: unique-oracle
-- object: public.drives_pkey
-- kind: tenancy
-- why: the foreign key does not hold the tenant, and a drive's number can be guessed, so that a pledge of one club references the drive of another. That club deletes its drive, and ON DELETE CASCADE removes the pledge, to which no policy applies.
create table public.drives (number int primary key, club_id uuid not null, name text not null);
create table public.pledges (
  id uuid primary key default gen_random_uuid(),
  club_id uuid not null,
  drive int not null references public.drives on delete cascade,
  amount int not null
);
alter table public.drives enable row level security;
alter table public.pledges enable row level security;
create policy drives_own on public.drives to authenticated
  using (club_id = (select (auth.jwt() -> 'app_metadata' ->> 'club_id')::uuid)) with check (club_id = (select (auth.jwt() -> 'app_metadata' ->> 'club_id')::uuid));
create policy pledges_own on public.pledges to authenticated
  using (club_id = (select (auth.jwt() -> 'app_metadata' ->> 'club_id')::uuid)) with check (club_id = (select (auth.jwt() -> 'app_metadata' ->> 'club_id')::uuid));
revoke all on all tables in schema public from anon, authenticated;
grant select, insert, delete on public.drives, public.pledges to authenticated;
