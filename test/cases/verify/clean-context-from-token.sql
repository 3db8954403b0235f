-- title: a context function sets its variable from the token, and no policy reads it
-- door: none
-- config: {"context": {"app.gym_id": {"claim": "app_metadata.gym_id", "type": "uuid"}}}
-- why: the function has no argument and copies the claim; what it sets is read by no policy. Calling it, or setting the variable by hand, changes no access.
create table public.lockers (
  id uuid primary key default gen_random_uuid(),
  gym_id uuid not null,
  label text not null
);
alter table public.lockers enable row level security;
create policy lockers_select on public.lockers for select to authenticated
  using (gym_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'gym_id')::uuid));
create policy lockers_insert on public.lockers for insert to authenticated
  with check (gym_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'gym_id')::uuid));
create policy lockers_update on public.lockers for update to authenticated
  using (gym_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'gym_id')::uuid))
  with check (gym_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'gym_id')::uuid));
create policy lockers_delete on public.lockers for delete to authenticated
  using (gym_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'gym_id')::uuid));

create table public.check_ins (
  id uuid primary key default gen_random_uuid(),
  gym_id uuid not null,
  at timestamptz not null default now()
);
alter table public.check_ins enable row level security;
create policy check_ins_select on public.check_ins for select to authenticated
  using (gym_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'gym_id')::uuid));
create policy check_ins_insert on public.check_ins for insert to authenticated
  with check (gym_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'gym_id')::uuid));

create function public.begin_request() returns void
language sql volatile set search_path = '' as $$
  select set_config('app.gym_id', coalesce(auth.jwt() -> 'app_metadata' ->> 'gym_id', ''), true)
$$;
revoke execute on function public.begin_request() from public, anon;
grant execute on function public.begin_request() to authenticated;
