-- title: every tenant may add rows to a tenant that the seed makes
-- door: policy
-- object: public.snippets
-- kind: tenancy
-- why: WITH CHECK takes rows of the agency named in a table of settings, which the seed fills, so that a member of any tenant puts rows in front of all others.
create table public.defaults (name text primary key, agency_id uuid not null);
create table public.snippets (id uuid primary key default gen_random_uuid(), agency_id uuid not null, body text not null);
insert into public.defaults values ('library', '7e000000-0000-4000-8000-000000000002');
insert into public.snippets (agency_id, body) values ('7e000000-0000-4000-8000-000000000002', 'a greeting');
create function public.library() returns uuid language sql stable security definer set search_path = '' as $$
  select agency_id from public.defaults where name = 'library'
$$;
alter table public.defaults enable row level security;
alter table public.snippets enable row level security;
create policy snippets_read on public.snippets for select to authenticated
  using (agency_id = (select (auth.jwt() -> 'app_metadata' ->> 'agency_id')::uuid) or agency_id = public.library());
create policy snippets_add on public.snippets for insert to authenticated
  with check (agency_id = (select (auth.jwt() -> 'app_metadata' ->> 'agency_id')::uuid) or agency_id = public.library());
revoke all on all tables in schema public from anon, authenticated;
revoke all on all functions in schema public from anon, public;
grant execute on function public.library() to authenticated;
grant select, insert on public.snippets to authenticated;
