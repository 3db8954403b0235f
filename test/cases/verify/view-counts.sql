-- title: counts for each tenant in a view with its owner's rights
-- door: view
-- object: public.member_counts
-- kind: tenancy
-- why: aggregates do not make a view harmless: one row for each club, with its key and its number of members, is another tenant's data. The owner's rights read past the policy.
create table public.club_members (
  id uuid primary key default gen_random_uuid(),
  club_id uuid not null,
  name text not null
);
alter table public.club_members enable row level security;
create policy club_members_select on public.club_members for select to authenticated
  using (club_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'club_id')::uuid));
create policy club_members_insert on public.club_members for insert to authenticated
  with check (club_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'club_id')::uuid));
create policy club_members_update on public.club_members for update to authenticated
  using (club_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'club_id')::uuid))
  with check (club_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'club_id')::uuid));
create policy club_members_delete on public.club_members for delete to authenticated
  using (club_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'club_id')::uuid));

create view public.member_counts as
  select club_id, count(*) as members from public.club_members group by club_id;
revoke all on public.member_counts from anon, authenticated;
grant select on public.member_counts to authenticated;
