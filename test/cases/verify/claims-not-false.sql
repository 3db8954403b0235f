-- title: `is not false` turns an unknown comparison into a yes
-- door: claims
-- object: public.loans
-- kind: tenancy
-- why: with no claim the comparison is null, which denies by itself, but `is not false` makes it true. A login whose token says no tenant reads every library's loans.
create table public.books (
  id uuid primary key default gen_random_uuid(),
  library_id uuid not null,
  title text not null
);
alter table public.books enable row level security;
create policy books_select on public.books for select to authenticated
  using (library_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'library_id')::uuid));
create policy books_insert on public.books for insert to authenticated
  with check (library_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'library_id')::uuid));
create policy books_update on public.books for update to authenticated
  using (library_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'library_id')::uuid))
  with check (library_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'library_id')::uuid));
create policy books_delete on public.books for delete to authenticated
  using (library_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'library_id')::uuid));

create table public.loans (
  id uuid primary key default gen_random_uuid(),
  library_id uuid not null,
  due date not null default current_date
);
alter table public.loans enable row level security;
create policy loans_select on public.loans for select to authenticated
  using ((library_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'library_id')::uuid)) is not false);
