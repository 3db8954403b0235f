-- title: a view shows the addresses of all users
-- door: view
-- object: public.address_book
-- kind: tenancy
-- why: the table lets each user see his own row only; the view reads it as its owner and shows them all. There is no tenant here, the user himself is the fence.
create table public.addresses (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  street text not null,
  city text not null
);
alter table public.addresses enable row level security;
create policy addresses_select on public.addresses for select to authenticated
  using (user_id = (select auth.uid()));
create policy addresses_insert on public.addresses for insert to authenticated
  with check (user_id = (select auth.uid()));
create policy addresses_update on public.addresses for update to authenticated
  using (user_id = (select auth.uid()))
  with check (user_id = (select auth.uid()));
create policy addresses_delete on public.addresses for delete to authenticated
  using (user_id = (select auth.uid()));

create view public.address_book with (security_invoker = false) as
  select user_id, street, city from public.addresses;
revoke all on public.address_book from anon, authenticated;
grant select on public.address_book to authenticated;
