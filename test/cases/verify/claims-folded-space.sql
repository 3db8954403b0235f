-- title: a space at the end is cut off
-- door: claims
-- object: public.memos
-- kind: tenancy
-- why: The key of companies keeps `acme` and `acme ` apart, and the policy trims both.
create table public.companies (slug text primary key, name text not null);
alter table public.companies enable row level security;
create policy companies_own on public.companies for select to authenticated using (slug = (select ((select auth.jwt()) -> 'app_metadata' ->> 'slug')));
create table public.memos (id uuid primary key default gen_random_uuid(), slug text not null references public.companies, body text not null);
alter table public.memos enable row level security;
create policy memos_read on public.memos for select to authenticated using (trim(slug) = trim((select ((select auth.jwt()) -> 'app_metadata' ->> 'slug'))));
