-- title: a definer function returns the cart of the user that it is told
-- door: function
-- object: public.get_cart(uuid)
-- kind: tenancy
-- why: the user's id is an argument with auth.uid() as its default, which looks safe until somebody passes another one. The function reads with its owner's rights.
create table public.cart_items (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  article text not null,
  pieces integer not null default 1,
  unique (user_id, article)
);
alter table public.cart_items enable row level security;
create policy cart_items_select on public.cart_items for select to authenticated
  using (user_id = (select auth.uid()));
create policy cart_items_insert on public.cart_items for insert to authenticated
  with check (user_id = (select auth.uid()));
create policy cart_items_update on public.cart_items for update to authenticated
  using (user_id = (select auth.uid()))
  with check (user_id = (select auth.uid()));
create policy cart_items_delete on public.cart_items for delete to authenticated
  using (user_id = (select auth.uid()));

create function public.get_cart(p_user uuid default auth.uid()) returns json
language sql stable security definer set search_path = '' as $$
  select coalesce(json_agg(json_build_object('article', c.article, 'pieces', c.pieces)), '[]'::json)
  from public.cart_items c where c.user_id = p_user
$$;
revoke execute on function public.get_cart(uuid) from public, anon;
grant execute on function public.get_cart(uuid) to authenticated;
