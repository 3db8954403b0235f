-- title: rows of a studio go with it
-- door: none
-- why: rows without a studio are meant for all, and no row of a studio becomes one: ON DELETE CASCADE removes them.
create table public.studios (id uuid primary key default gen_random_uuid(), name text not null);
create table public.clips (
  id uuid primary key default gen_random_uuid(),
  studio_id uuid references public.studios on delete cascade,
  wording text not null
);
alter table public.studios enable row level security;
alter table public.clips enable row level security;
create policy studios_own on public.studios for select to authenticated using (id = (select (auth.jwt() -> 'app_metadata' ->> 'studio_id')::uuid));
create policy clips_read on public.clips for select to authenticated
  using (studio_id = (select (auth.jwt() -> 'app_metadata' ->> 'studio_id')::uuid) or studio_id is null);
revoke all on all tables in schema public from anon, authenticated;
grant select on public.studios, public.clips to authenticated;
