-- title: an order has two parties, and both read it
-- door: none
-- why: buyer and seller are two companies, which a CHECK asks for. Both read the order, the buyer makes and changes it. That a company reads orders in which it is the seller is what they are for.
create table public.companies (id uuid primary key default gen_random_uuid(), name text not null);
alter table public.companies enable row level security;
create policy companies_select on public.companies for select to authenticated
  using (id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'company_id')::uuid));

create table public.orders (
  id uuid primary key default gen_random_uuid(),
  buyer_id uuid not null references public.companies (id),
  seller_id uuid not null references public.companies (id),
  total numeric(10, 2) not null,
  check (buyer_id <> seller_id)
);
alter table public.orders enable row level security;
create policy orders_select on public.orders for select to authenticated
  using (
    buyer_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'company_id')::uuid)
    or seller_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'company_id')::uuid)
  );
create policy orders_insert on public.orders for insert to authenticated
  with check (buyer_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'company_id')::uuid));
create policy orders_update on public.orders for update to authenticated
  using (buyer_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'company_id')::uuid))
  with check (buyer_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'company_id')::uuid));
