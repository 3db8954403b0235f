-- title: a foreign key without the tenant, and a policy that asks for the tenant of the referenced row
-- door: none
-- why: WITH CHECK looks the drive up as the caller, whose policy shows own drives only, so that no pledge references a drive of another club.
create table public.drives (number int primary key, club_id uuid not null, name text not null);
create table public.pledges (
  id uuid primary key default gen_random_uuid(),
  club_id uuid not null,
  drive int not null references public.drives on delete cascade,
  amount int not null
);
alter table public.drives enable row level security;
alter table public.pledges enable row level security;
create policy drives_own on public.drives for select to authenticated using (club_id = (select (auth.jwt() -> 'app_metadata' ->> 'club_id')::uuid));
create policy drives_remove on public.drives for delete to authenticated using (club_id = (select (auth.jwt() -> 'app_metadata' ->> 'club_id')::uuid));
create policy pledges_own on public.pledges to authenticated
  using (club_id = (select (auth.jwt() -> 'app_metadata' ->> 'club_id')::uuid))
  with check (club_id = (select (auth.jwt() -> 'app_metadata' ->> 'club_id')::uuid) and exists (select 1 from public.drives d where d.number = drive));
revoke all on all tables in schema public from anon, authenticated;
grant select, delete on public.drives to authenticated;
grant select, insert, delete on public.pledges to authenticated;
