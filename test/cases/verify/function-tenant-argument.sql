-- title: a definer function believes the tenant that the caller names
-- door: function
-- object: public.shop_turnover(uuid)
-- kind: tenancy
-- why: grants are narrow and search_path is set, but the function filters by its argument instead of the token. Any logged-in user passes another shop's id.
create table public.sales (
  id uuid primary key default gen_random_uuid(),
  shop_id uuid not null,
  sold_on date not null default current_date,
  amount numeric(10, 2) not null
);
alter table public.sales enable row level security;
create policy sales_select on public.sales for select to authenticated
  using (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));
create policy sales_insert on public.sales for insert to authenticated
  with check (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));
create policy sales_update on public.sales for update to authenticated
  using (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid))
  with check (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));
create policy sales_delete on public.sales for delete to authenticated
  using (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));

create function public.shop_turnover(p_shop uuid) returns table (sold_on date, turnover numeric)
language sql stable security definer set search_path = '' as $$
  select s.sold_on, sum(s.amount) from public.sales s where s.shop_id = p_shop group by s.sold_on
$$;
revoke execute on function public.shop_turnover(uuid) from public, anon;
grant execute on function public.shop_turnover(uuid) to authenticated;
