-- title: currencies are everybody's, and the config says so
-- door: none
-- config: {"verify": {"shared": {"public.currencies": "a list of the world's currencies, the same for all tenants"}}}
-- why: all rows of the look-up table are readable on purpose and belong to nobody; nobody but the server writes it. The tenants' own table is fenced.
create table public.currencies (code char(3) primary key, label text not null);
insert into public.currencies values ('EUR', 'Euro'), ('CHF', 'Franc'), ('JPY', 'Yen');
alter table public.currencies enable row level security;
create policy currencies_select on public.currencies for select to authenticated, anon using (true);

create table public.invoices (
  id uuid primary key default gen_random_uuid(),
  firm_id uuid not null,
  currency char(3) not null references public.currencies (code),
  total numeric(12, 2) not null default 0
);
alter table public.invoices enable row level security;
create policy invoices_select on public.invoices for select to authenticated
  using (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid));
create policy invoices_insert on public.invoices for insert to authenticated
  with check (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid));
create policy invoices_update on public.invoices for update to authenticated
  using (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid))
  with check (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid));
create policy invoices_delete on public.invoices for delete to authenticated
  using (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid));
