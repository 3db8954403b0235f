create table member (id uuid primary key, org_id uuid not null, user_id uuid not null references auth.users, role text not null);
alter table member enable row level security;
create function boss_orgs() returns setof uuid language sql stable security definer set search_path = '' as $$ select m.org_id from public.member m where m.user_id = auth.uid() and m.org_id = coalesce(nullif(current_setting('app.org_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid) $$;
revoke all on function boss_orgs() from public;
grant execute on function boss_orgs() to authenticated;
create table docs (id uuid primary key, org_id uuid not null, owner uuid not null, title text not null);
alter table docs enable row level security;
create policy p on docs for select to authenticated
  using (org_id in (select boss_orgs()));
