-- title: tenants are compared exactly, though other texts are compared without case
-- door: none
-- why: the tenants are two shops whatever their case, and the policy compares them as they are; lower() is applied to the label alone.
create table public.shops (shop text primary key, name text not null);
alter table public.shops enable row level security;
create policy shops_own on public.shops for select to authenticated
  using (shop = (auth.jwt() -> 'app_metadata' ->> 'shop'));
create table public.shelves (id uuid primary key, shop text not null references public.shops (shop), label text not null);
alter table public.shelves enable row level security;
create policy shelves_own on public.shelves for select to authenticated
  using (shop = (auth.jwt() -> 'app_metadata' ->> 'shop') and lower(label) <> 'hidden');
