-- title: a table of a numbered tenant was left without row security
-- door: rls-off
-- object: public.table_limits
-- kind: tenancy
-- why: the tenants are numbers and everything else is fenced by the claim. This table has only the default grants, so `casino_id = 2` is read and written by anyone, without a login.
create table public.casinos (id bigint primary key, name text not null);
alter table public.casinos enable row level security;
create policy casinos_select on public.casinos for select to authenticated
  using (id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::bigint));

create table public.pits (
  id uuid primary key default gen_random_uuid(),
  casino_id bigint not null references public.casinos (id),
  label text not null
);
alter table public.pits enable row level security;
create policy pits_select on public.pits for select to authenticated
  using (casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::bigint));
create policy pits_insert on public.pits for insert to authenticated
  with check (casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::bigint));
create policy pits_update on public.pits for update to authenticated
  using (casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::bigint))
  with check (casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::bigint));
create policy pits_delete on public.pits for delete to authenticated
  using (casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::bigint));

create table public.table_limits (
  id uuid primary key default gen_random_uuid(),
  casino_id bigint not null references public.casinos (id),
  maximum numeric(12, 2) not null
);
