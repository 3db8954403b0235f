-- title: rows of a studio that was closed go to the studio of all
-- door: policy
-- object: public.clips
-- kind: tenancy
-- why: the default of studio_id is the library that everybody reads, and ON DELETE SET DEFAULT puts the rows of a deleted studio into it.
create table public.studios (id uuid primary key default gen_random_uuid(), name text not null);
create table public.clips (
  id uuid primary key default gen_random_uuid(),
  studio_id uuid not null default '11b00000-0000-4000-8000-000000000001' references public.studios on delete set default,
  wording text not null
);
insert into public.studios values ('11b00000-0000-4000-8000-000000000001', 'the library');
alter table public.studios enable row level security;
alter table public.clips enable row level security;
create policy studios_own on public.studios for select to authenticated using (id = (select (auth.jwt() -> 'app_metadata' ->> 'studio_id')::uuid));
create policy clips_read on public.clips for select to authenticated
  using (studio_id = (select (auth.jwt() -> 'app_metadata' ->> 'studio_id')::uuid) or studio_id = '11b00000-0000-4000-8000-000000000001');
revoke all on all tables in schema public from anon, authenticated;
grant select on public.studios, public.clips to authenticated;
