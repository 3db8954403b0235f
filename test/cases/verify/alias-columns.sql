-- title: a column is called `x`, as a short name in statements is
-- door: view
-- object: public.all_points
-- door: materialized-view
-- object: public.points_copy
-- door: function
-- object: public.near(integer,integer)
-- kind: tenancy
-- why: view, copy and definer function show every tenant's points; only what is asked of the answer decides whether that is seen. `to_jsonb(x)` is the column `x` where there is one, not the row.
create table public.points (
  id uuid primary key default gen_random_uuid(),
  guild_id uuid not null,
  x integer not null,
  y integer not null
);
alter table public.points enable row level security;
create policy points_all on public.points to authenticated
  using (guild_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'guild_id')::uuid))
  with check (guild_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'guild_id')::uuid));

create view public.all_points as select id, guild_id, x, y from public.points;
revoke insert, update, delete on public.all_points from anon, authenticated;
create materialized view public.points_copy as select id, guild_id, x from public.points;
create function public.near(p_x integer, p_y integer) returns setof public.points
language sql stable security definer set search_path = '' as $$
  select * from public.points
$$;
