-- title: a helper casts the metadata of all users
-- door: stored-claim
-- object: public.colleagues
-- kind: availability
-- why: the helper casts the tenant in raw_app_meta_data of every user to find the caller's colleagues. One user whose metadata holds no uuid there makes the policy raise 22P02 for everyone.
create schema private;
create table public.offices (
  id uuid primary key default gen_random_uuid(),
  firm_id uuid not null,
  city text not null
);
alter table public.offices enable row level security;
create policy offices_select on public.offices for select to authenticated
  using (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid));
create policy offices_insert on public.offices for insert to authenticated
  with check (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid));
create policy offices_update on public.offices for update to authenticated
  using (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid))
  with check (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid));
create policy offices_delete on public.offices for delete to authenticated
  using (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid));

create function private.colleague_ids() returns setof uuid
language sql stable security definer set search_path = '' as $$
  select u.id from auth.users u
  where (u.raw_app_meta_data ->> 'firm_id')::uuid = (auth.jwt() -> 'app_metadata' ->> 'firm_id')::uuid
$$;
revoke execute on function private.colleague_ids() from public;
grant execute on function private.colleague_ids() to authenticated;

create table public.colleagues (
  user_id uuid primary key references auth.users (id) on delete cascade,
  firm_id uuid not null,
  name text not null
);
alter table public.colleagues enable row level security;
create policy colleagues_select on public.colleagues for select to authenticated
  using (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid) and user_id in (select private.colleague_ids()));
