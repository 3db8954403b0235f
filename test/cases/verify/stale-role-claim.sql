-- title: a policy trusts the role that the token was issued with
-- door: stale-role
-- object: public.cash_counts
-- kind: role
-- config: {"rules": {"liveRole": {"setting": "app_metadata.staff_role", "relation": "public.staff", "userColumn": "user_id", "roleColumn": "role", "active": "status = 'active'"}}}
-- why: a token keeps its role until it expires, though the staff row says otherwise by now. A cashier who was dismissed or demoted still counts cash as manager for an hour.
create table public.staff (
  user_id uuid primary key references auth.users (id) on delete cascade,
  shop_id uuid not null,
  role text not null check (role in ('cashier', 'manager')),
  status text not null default 'active' check (status in ('active', 'left'))
);
alter table public.staff enable row level security;
create policy staff_select on public.staff for select to authenticated
  using (user_id = (select auth.uid()) and shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid));

create table public.price_changes (
  id uuid primary key default gen_random_uuid(),
  shop_id uuid not null,
  percent smallint not null
);
alter table public.price_changes enable row level security;
create policy price_changes_select on public.price_changes for select to authenticated
  using (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid) and exists (
    select from public.staff s where s.user_id = (select auth.uid()) and s.role = 'manager' and s.status = 'active'
  ));

create table public.cash_counts (
  id uuid primary key default gen_random_uuid(),
  shop_id uuid not null,
  amount numeric(10, 2) not null
);
alter table public.cash_counts enable row level security;
create policy cash_counts_select on public.cash_counts for select to authenticated
  using (shop_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'shop_id')::uuid) and (select (select auth.jwt()) -> 'app_metadata' ->> 'staff_role') = 'manager');
