-- title: an order has two parties, and anybody may cancel it
-- door: policy
-- object: public.orders
-- kind: tenancy
-- why: buyer and seller are two companies, which a CHECK asks for. Both read the order; deleting it asks only that somebody is logged in.
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
create policy orders_delete on public.orders for delete to authenticated
  using ((select auth.role()) = 'authenticated');
