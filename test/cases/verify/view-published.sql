-- title: a view shows what has been published
-- door: view
-- object: public.feed
-- kind: tenancy
-- why: the view asks for a state, a kind and a flag that a row has only when somebody sets them, and reads with its owner's rights: all organisations' news.
create type public.post_state as enum ('draft', 'review', 'published');
create table public.posts (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null,
  title text not null,
  state public.post_state not null default 'draft',
  kind text not null default 'note',
  pinned boolean not null default false
);
alter table public.posts enable row level security;
create policy posts_all on public.posts to authenticated
  using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid))
  with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
create view public.feed as
  select p.id, p.org_id, p.title from public.posts p where p.state = 'published' and p.kind = 'news' and p.pinned;
revoke insert, update, delete on public.feed from anon, authenticated;
