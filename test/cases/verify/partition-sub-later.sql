-- title: a partition of a partition, of a year to come, has no row security
-- door: partition
-- object: public.readings_2031_eu
-- kind: tenancy
-- why: the table and its yearly partitions are well protected, but the partition by region below one of them was made later, without row security, and the default privileges granted it to everyone. Rows go there only with the right year and region, so an attack has to make some.
create table public.readings (
  id uuid not null default gen_random_uuid(),
  tenant_id uuid not null,
  taken date not null,
  region text not null,
  amount numeric not null,
  primary key (id, taken, region)
) partition by range (taken);
alter table public.readings enable row level security;
create policy readings_select on public.readings for select to authenticated
  using (tenant_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'tenant_id')::uuid));
create policy readings_insert on public.readings for insert to authenticated
  with check (tenant_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'tenant_id')::uuid));
create table public.readings_2030 partition of public.readings for values from ('2030-01-01') to ('2031-01-01');
alter table public.readings_2030 enable row level security;
create table public.readings_2031 partition of public.readings for values from ('2031-01-01') to ('2032-01-01')
  partition by list (region);
alter table public.readings_2031 enable row level security;
create table public.readings_2031_eu partition of public.readings_2031 for values in ('eu', 'uk');
