-- title: an upsert changes another tenant's row in the only column that may be updated
-- door: policy
-- object: public.shelves
-- door: unique-oracle
-- object: public.shelves_pkey
-- kind: tenancy
-- why: USING of the UPDATE policy is true, and the role may update stock alone; INSERT … ON CONFLICT DO UPDATE with the number of another tenant's row sets it.
create table public.shelves (number int primary key, shop_id uuid not null, stock int not null);
alter table public.shelves enable row level security;
create policy shelves_read on public.shelves for select to authenticated using (true);
create policy shelves_add on public.shelves for insert to authenticated with check (shop_id = (select (auth.jwt() -> 'app_metadata' ->> 'shop_id')::uuid));
create policy shelves_count on public.shelves for update to authenticated using (true);
revoke all on all tables in schema public from anon, authenticated;
grant select, insert, update (stock) on public.shelves to authenticated;
