-- title: tenants are compared without case, and a unique index does so too
-- door: none
-- why: the unique index on lower(shop) rules out two shops whose names differ in case only, so the comparison without case takes no two shops for one.
create table public.shops (shop text primary key, name text not null);
create unique index shops_once on public.shops (lower(shop));
alter table public.shops enable row level security;
create policy shops_own on public.shops for select to authenticated
  using (lower(shop) = lower(auth.jwt() -> 'app_metadata' ->> 'shop'));
create table public.shelves (id uuid primary key, shop text not null references public.shops (shop), label text not null);
alter table public.shelves enable row level security;
create policy shelves_own on public.shelves for select to authenticated
  using (lower(shop) = lower(auth.jwt() -> 'app_metadata' ->> 'shop'));
