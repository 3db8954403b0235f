-- title: EXECUTE was revoked from PUBLIC, but the platform had granted it to anon by name
-- door: function
-- object: public.gym_schedule()
-- kind: tenancy
-- why: the default privileges grant EXECUTE in public to anon itself, which a revoke from PUBLIC leaves there. Without claims the function takes every gym for the caller's own; with a token it filters as it should.
create table public.sessions (
  id uuid primary key default gen_random_uuid(),
  gym_id uuid not null,
  coach text not null
);
alter table public.sessions enable row level security;
create policy sessions_select on public.sessions for select to authenticated
  using (gym_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'gym_id')::uuid));
create policy sessions_insert on public.sessions for insert to authenticated
  with check (gym_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'gym_id')::uuid));
create policy sessions_update on public.sessions for update to authenticated
  using (gym_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'gym_id')::uuid))
  with check (gym_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'gym_id')::uuid));
create policy sessions_delete on public.sessions for delete to authenticated
  using (gym_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'gym_id')::uuid));

create function public.gym_schedule() returns table (session_id uuid, coach text)
language plpgsql stable security definer set search_path = '' as $$
begin
  if auth.uid() is null then
    return query select s.id, s.coach from public.sessions s;
  else
    return query select s.id, s.coach from public.sessions s
      where s.gym_id = (auth.jwt() -> 'app_metadata' ->> 'gym_id')::uuid;
  end if;
end
$$;
revoke execute on function public.gym_schedule() from public;
