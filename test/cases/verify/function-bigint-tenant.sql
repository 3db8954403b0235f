-- title: a definer function lists the players of the casino whose number it gets
-- door: function
-- object: public.players_of(bigint,integer)
-- kind: tenancy
-- why: the function reads past the policies and filters by its first argument. Tenants are small numbers, so an attacker counts them through.
create table public.casinos (id bigint primary key, name text not null);
alter table public.casinos enable row level security;
create policy casinos_select on public.casinos for select to authenticated
  using (id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::bigint));

create table public.players (
  id uuid primary key default gen_random_uuid(),
  casino_id bigint not null references public.casinos (id),
  name text not null
);
alter table public.players enable row level security;
create policy players_select on public.players for select to authenticated
  using (casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::bigint));
create policy players_insert on public.players for insert to authenticated
  with check (casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::bigint));
create policy players_update on public.players for update to authenticated
  using (casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::bigint))
  with check (casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::bigint));
create policy players_delete on public.players for delete to authenticated
  using (casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::bigint));

create function public.players_of(p_casino bigint, p_limit integer default 100) returns setof public.players
language sql stable security definer set search_path = '' as $$
  select * from public.players p where p.casino_id = p_casino order by p.name limit p_limit
$$;
revoke execute on function public.players_of(bigint, integer) from public, anon;
grant execute on function public.players_of(bigint, integer) to authenticated;
