-- title: the sub-query of a policy takes the path from its own table
-- door: policy
-- object: public.pictures
-- kind: tenancy
-- why: `name` in the sub-query is the column of albums, for the inner relation hides the outer one. A member names an album of its own `<its id>/x`, and then the condition holds for every picture.
create table public.albums (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null,
  name text not null default ''
);
alter table public.albums enable row level security;
create policy albums_all on public.albums to authenticated
  using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid))
  with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));

create table public.pictures (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null,
  name text not null default ''
);
alter table public.pictures enable row level security;
create policy pictures_own on public.pictures for select to authenticated
  using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
create policy pictures_read on public.pictures for select to authenticated
  using (exists (select 1 from public.albums a where split_part(name, '/', 1) = a.id::text));
