-- title: a row of the seed switches row security off
-- door: policy
-- object: public.letters
-- kind: tenancy
-- why: the policy asks a table of switches, and the seed turns one on: every tenant then reads all letters. Without that row the policy holds.
create table public.switches (name text primary key, is_on boolean not null);
create table public.letters (id uuid primary key default gen_random_uuid(), agency_id uuid not null, body text not null);
insert into public.switches values ('directory', true);
create function public.is_open() returns boolean language sql stable security definer set search_path = '' as $$
  select exists (select 1 from public.switches where name = 'directory' and is_on)
$$;
alter table public.switches enable row level security;
alter table public.letters enable row level security;
create policy letters_read on public.letters for select to authenticated
  using (agency_id = (select (auth.jwt() -> 'app_metadata' ->> 'agency_id')::uuid) or public.is_open());
revoke all on all tables in schema public from anon, authenticated;
revoke all on all functions in schema public from anon, public;
grant execute on function public.is_open() to authenticated;
grant select on public.letters to authenticated;
