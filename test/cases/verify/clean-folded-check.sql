-- title: a CHECK keeps tenants in lower case
-- door: none
-- why: No tenant can exist whose slug differs from another in case only.
create table public.companies (slug text primary key check (slug = lower(slug)), name text not null);
alter table public.companies enable row level security;
create policy companies_own on public.companies for select to authenticated using (slug = (select ((select auth.jwt()) -> 'app_metadata' ->> 'slug')));
create table public.memos (id uuid primary key default gen_random_uuid(), slug text not null references public.companies, body text not null);
alter table public.memos enable row level security;
create policy memos_read on public.memos for select to authenticated using (lower(slug) = lower((select ((select auth.jwt()) -> 'app_metadata' ->> 'slug'))));
