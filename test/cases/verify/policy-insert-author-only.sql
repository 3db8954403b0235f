-- title: the check on new rows asks for the author and forgets the tenant
-- door: policy
-- object: public.reviews
-- kind: tenancy
-- why: `author_id = auth.uid()` stops forged authors, yet the tenant of the new row is the client's choice. A member of one hotel writes a review into another.
create table public.stays (
  id uuid primary key default gen_random_uuid(),
  hotel_id uuid not null,
  nights smallint not null
);
alter table public.stays enable row level security;
create policy stays_select on public.stays for select to authenticated
  using (hotel_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'hotel_id')::uuid));
create policy stays_insert on public.stays for insert to authenticated
  with check (hotel_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'hotel_id')::uuid));
create policy stays_update on public.stays for update to authenticated
  using (hotel_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'hotel_id')::uuid))
  with check (hotel_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'hotel_id')::uuid));
create policy stays_delete on public.stays for delete to authenticated
  using (hotel_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'hotel_id')::uuid));

create table public.reviews (
  id uuid primary key default gen_random_uuid(),
  hotel_id uuid not null,
  author_id uuid not null references auth.users (id),
  stars smallint not null
);
alter table public.reviews enable row level security;
create policy reviews_select on public.reviews for select to authenticated
  using (hotel_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'hotel_id')::uuid));
create policy reviews_insert on public.reviews for insert to authenticated
  with check (author_id = (select auth.uid()));
