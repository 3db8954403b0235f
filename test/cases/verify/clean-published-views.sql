-- title: views show live and published rows of the caller's organisation
-- door: none
-- why: the views run with the caller's rights, so the policies of the table hold however the rows are chosen.
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
create view public.feed with (security_invoker = true) as
  select p.id, p.org_id, p.title from public.posts p where p.state = 'published' and p.kind = 'news';
create view public.drafts with (security_invoker = true) as
  select p.id, p.title from public.posts p where not p.pinned and p.state <> 'published';
