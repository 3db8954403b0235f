-- title: the membership table keeps the tenant as text
-- door: stored-claim
-- object: public.experiments
-- kind: availability
-- why: the helper casts a text column of every membership row. A single row with something else in it, an import or a typing error, makes each read of each tenant raise 22P02.
create schema private;
create table public.instruments (
  id uuid primary key default gen_random_uuid(),
  lab_id uuid not null,
  label text not null
);
alter table public.instruments enable row level security;
create policy instruments_select on public.instruments for select to authenticated
  using (lab_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'lab_id')::uuid));
create policy instruments_insert on public.instruments for insert to authenticated
  with check (lab_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'lab_id')::uuid));
create policy instruments_update on public.instruments for update to authenticated
  using (lab_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'lab_id')::uuid))
  with check (lab_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'lab_id')::uuid));
create policy instruments_delete on public.instruments for delete to authenticated
  using (lab_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'lab_id')::uuid));

create table public.lab_access (
  user_id uuid not null references auth.users (id) on delete cascade,
  lab_ref text not null,
  primary key (user_id, lab_ref)
);
alter table public.lab_access enable row level security;
create policy lab_access_select on public.lab_access for select to authenticated
  using (user_id = (select auth.uid()));

create function private.users_of(p_lab uuid) returns uuid[]
language sql stable security definer set search_path = '' as $$
  select array_agg(a.user_id) from public.lab_access a where a.lab_ref::uuid = p_lab
$$;
revoke execute on function private.users_of(uuid) from public;
grant execute on function private.users_of(uuid) to authenticated;

create table public.experiments (
  id uuid primary key default gen_random_uuid(),
  lab_id uuid not null,
  title text not null
);
alter table public.experiments enable row level security;
create policy experiments_select on public.experiments for select to authenticated
  using (lab_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'lab_id')::uuid) and (select auth.uid()) = any (private.users_of(lab_id)));
