-- title: tenants are numbers
-- door: none
-- why: numbers can be guessed, but knowing one is of no use: policies compare with the claim, and keys and references hold the tenant. Clients cannot write the list of tenants.
create table public.casinos (id bigint primary key, name text not null);
alter table public.casinos enable row level security;
create policy casinos_select on public.casinos for select to authenticated
  using (id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::bigint));

create table public.tables (
  casino_id bigint not null references public.casinos (id),
  number integer not null,
  game text not null,
  primary key (casino_id, number)
);
alter table public.tables enable row level security;
create policy tables_select on public.tables for select to authenticated
  using (casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::bigint));
create policy tables_insert on public.tables for insert to authenticated
  with check (casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::bigint));
create policy tables_update on public.tables for update to authenticated
  using (casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::bigint))
  with check (casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::bigint));
create policy tables_delete on public.tables for delete to authenticated
  using (casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::bigint));

create table public.drops (
  id uuid primary key default gen_random_uuid(),
  casino_id bigint not null,
  table_number integer not null,
  amount numeric(12, 2) not null default 0,
  foreign key (casino_id, table_number) references public.tables (casino_id, number)
);
alter table public.drops enable row level security;
create policy drops_select on public.drops for select to authenticated
  using (casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::bigint));
create policy drops_insert on public.drops for insert to authenticated
  with check (casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::bigint));
create policy drops_update on public.drops for update to authenticated
  using (casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::bigint))
  with check (casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::bigint));
create policy drops_delete on public.drops for delete to authenticated
  using (casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::bigint));
