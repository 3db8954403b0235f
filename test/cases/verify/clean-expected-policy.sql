-- title: published posts are for everyone, and the config says why
-- door: none
-- config: {"verify": {"expected": [{"object": "public.posts", "door": "policy", "reason": "published posts are the public website"}]}}
-- why: the second SELECT policy opens published rows to anon and to all logins on purpose. Writing stays within the tenant.
create table public.authors (
  id uuid primary key default gen_random_uuid(),
  studio_id uuid not null,
  name text not null
);
alter table public.authors enable row level security;
create policy authors_select on public.authors for select to authenticated
  using (studio_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'studio_id')::uuid));
create policy authors_insert on public.authors for insert to authenticated
  with check (studio_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'studio_id')::uuid));
create policy authors_update on public.authors for update to authenticated
  using (studio_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'studio_id')::uuid))
  with check (studio_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'studio_id')::uuid));
create policy authors_delete on public.authors for delete to authenticated
  using (studio_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'studio_id')::uuid));

create table public.posts (
  id uuid primary key default gen_random_uuid(),
  studio_id uuid not null,
  published boolean not null default false,
  title text not null
);
alter table public.posts enable row level security;
create policy posts_select on public.posts for select to authenticated
  using (studio_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'studio_id')::uuid));
create policy posts_insert on public.posts for insert to authenticated
  with check (studio_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'studio_id')::uuid));
create policy posts_update on public.posts for update to authenticated
  using (studio_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'studio_id')::uuid))
  with check (studio_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'studio_id')::uuid));
create policy posts_delete on public.posts for delete to authenticated
  using (studio_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'studio_id')::uuid));
create policy posts_published on public.posts for select to anon, authenticated using (published);
