-- title: the role is looked up in the staff row, every time
-- door: none
-- config: {"rules": {"liveRole": {"setting": "app_metadata.staff_role", "relation": "public.staff", "userColumn": "user_id", "roleColumn": "role", "active": "status = 'active'"}}}
-- why: the token says the tenant and nothing about rights; who may see salaries is in the staff row, which its holder cannot write. Dismissing someone takes effect with the next statement.
create schema private;
create table public.staff (
  user_id uuid primary key references auth.users (id) on delete cascade,
  hotel_id uuid not null,
  role text not null check (role in ('desk', 'manager')),
  status text not null default 'active' check (status in ('active', 'left'))
);
alter table public.staff enable row level security;
create policy staff_select on public.staff for select to authenticated
  using (hotel_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'hotel_id')::uuid));

create function private.is_manager() returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (
    select from public.staff s
    where s.user_id = auth.uid() and s.role = 'manager' and s.status = 'active'
      and s.hotel_id = (auth.jwt() -> 'app_metadata' ->> 'hotel_id')::uuid
  )
$$;
revoke execute on function private.is_manager() from public;
grant execute on function private.is_manager() to authenticated;

create table public.salaries (
  id uuid primary key default gen_random_uuid(),
  hotel_id uuid not null,
  amount numeric(10, 2) not null
);
alter table public.salaries enable row level security;
create policy salaries_select on public.salaries for select to authenticated
  using (hotel_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'hotel_id')::uuid) and (select private.is_manager()));
