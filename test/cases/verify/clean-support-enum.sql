-- title: people of the support read every ticket, as declared; the role is an enum without a default
-- door: none
-- config: {"verify": {"expected": [{"object": "public.tickets", "door": "policy", "personas": ["A's support"], "commands": ["SELECT", "COPY"], "reason": "the support reads every ticket"}]}}
-- why: a member is support only where the row says so. Odd tokens and deactivated members are tried as the plainest role, a viewer, who reads the own shop's tickets only.
create type public.shop_role as enum ('support', 'owner', 'viewer');
create table public.shops (id uuid primary key default gen_random_uuid(), name text not null);
create table public.people (
  shop_id uuid not null references public.shops (id),
  user_id uuid not null references auth.users (id),
  role public.shop_role not null,
  primary key (shop_id, user_id)
);
create table public.tickets (
  id uuid primary key default gen_random_uuid(),
  shop_id uuid not null references public.shops (id),
  body text not null
);
create schema private;
grant usage on schema private to authenticated;
create function private.my_shops() returns setof uuid language sql stable security definer set search_path = '' as $$
  select shop_id from public.people where user_id = auth.uid()
$$;
create function private.is_support() returns boolean language sql stable security definer set search_path = '' as $$
  select exists (select 1 from public.people where user_id = auth.uid() and role = 'support')
$$;
alter table public.shops enable row level security;
alter table public.people enable row level security;
alter table public.tickets enable row level security;
create policy shops_read on public.shops for select to authenticated using (id in (select private.my_shops()));
create policy people_read on public.people for select to authenticated using (shop_id in (select private.my_shops()));
create policy tickets_read on public.tickets for select to authenticated
  using (shop_id in (select private.my_shops()) or private.is_support());
