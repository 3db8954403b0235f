-- title: tenants are compared without case and spaces, and a CHECK allows neither
-- door: none
-- why: the CHECK allows lower case without spaces only, so no two shops are equal after lower and trim.
create table public.shops (shop text primary key check (shop = lower(trim(shop))), name text not null);
alter table public.shops enable row level security;
create policy shops_own on public.shops for select to authenticated
  using (shop = lower(trim(auth.jwt() -> 'app_metadata' ->> 'shop')));
create table public.shelves (id uuid primary key, shop text not null references public.shops (shop), label text not null);
alter table public.shelves enable row level security;
create policy shelves_own on public.shelves for select to authenticated
  using (lower(trim(shop)) = lower(trim(auth.jwt() -> 'app_metadata' ->> 'shop')));
