-- title: a role of its own deletes a drive that another club's pledge references by its code
-- door: cascade
-- object: public.pledges_code_fkey
-- door: foreign-key-oracle
-- object: public.pledges_code_fkey
-- door: unique-oracle
-- object: public.drives_pkey
-- kind: tenancy
-- why: codes are short texts, and the foreign key does not hold the tenant; the deletion of the referenced row takes the other club's pledge with it.
create role club_app login;
create table public.drives (code text primary key, club_id int not null);
create table public.pledges (id int generated always as identity primary key, club_id int not null, code text not null references public.drives on delete cascade);
alter table public.drives enable row level security;
alter table public.pledges enable row level security;
create policy drives_own on public.drives to club_app
  using (club_id = (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'club_id')::int) with check (club_id = (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'club_id')::int);
create policy pledges_own on public.pledges to club_app
  using (club_id = (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'club_id')::int) with check (club_id = (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'club_id')::int);
revoke all on all tables in schema public from anon, authenticated;
grant usage on schema public to club_app;
grant select, insert, delete on public.drives, public.pledges to club_app;
