-- title: a search looks through published news only
-- door: function
-- object: public.search_news(text)
-- kind: tenancy
-- why: the function runs with its owner's rights and asks for no organisation. Rows that are no published news it does not return.
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
create function public.search_news(q text default '') returns setof public.posts
language sql stable security definer set search_path = '' as $$
  select * from public.posts where kind = 'news' and state in ('published', 'review') and title ilike '%' || q || '%'
$$;
