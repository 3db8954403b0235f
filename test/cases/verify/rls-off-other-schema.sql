-- title: a ledger outside public is granted to every logged-in user
-- door: rls-off
-- object: ledger.entries
-- kind: tenancy
-- why: the schema was thought to be internal, but it has USAGE and the table has grants for authenticated, and no row security. Any login reads and writes the bookings of every farm.
create schema ledger;
grant usage on schema ledger to authenticated;

create table public.farms (id uuid primary key default gen_random_uuid(), name text not null);
alter table public.farms enable row level security;
create policy farms_select on public.farms for select to authenticated
  using (id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'farm_id')::uuid));

create table ledger.entries (
  id uuid primary key default gen_random_uuid(),
  farm_id uuid not null references public.farms (id),
  booked_on date not null default current_date,
  amount numeric(12, 2) not null
);
grant select, insert on ledger.entries to authenticated;
