-- title: tenants are compared without case
-- door: policy
-- object: public.shelves
-- kind: tenancy
-- why: `north` and `NORTH` are two shops by the primary key, and one by the policy, so a member of the one reads the rows of the other.
create table public.shops (shop text primary key, name text not null);
alter table public.shops enable row level security;
create policy shops_own on public.shops for select to authenticated
  using (shop = (auth.jwt() -> 'app_metadata' ->> 'shop'));
create table public.shelves (id uuid primary key, shop text not null references public.shops (shop), label text not null);
alter table public.shelves enable row level security;
create policy shelves_own on public.shelves for select to authenticated
  using (upper(shop) = upper(auth.jwt() -> 'app_metadata' ->> 'shop'));
