-- title: only anon was given the sign-up list, and it has no row security
-- door: rls-off
-- object: public.waitlist
-- kind: tenancy
-- why: the grants are narrow, yet the one that is left gives SELECT to anon on a table without row security. Nobody has to log in to read the addresses that all studios collected.
create table public.courses (
  id uuid primary key default gen_random_uuid(),
  studio_id uuid not null,
  title text not null
);
alter table public.courses enable row level security;
create policy courses_select on public.courses for select to authenticated
  using (studio_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'studio_id')::uuid));
create policy courses_insert on public.courses for insert to authenticated
  with check (studio_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'studio_id')::uuid));
create policy courses_update on public.courses for update to authenticated
  using (studio_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'studio_id')::uuid))
  with check (studio_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'studio_id')::uuid));
create policy courses_delete on public.courses for delete to authenticated
  using (studio_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'studio_id')::uuid));

create table public.waitlist (
  id uuid primary key default gen_random_uuid(),
  studio_id uuid not null,
  email text not null
);
revoke all on public.waitlist from anon, authenticated;
grant select, insert on public.waitlist to anon;
