-- title: a definer search looks through every tenant's articles
-- door: function
-- object: public.search_articles(text)
-- kind: tenancy
-- why: the function was made SECURITY DEFINER to be fast, and so it searches past the policies. A search for `%` lists everything.
create table public.articles (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null,
  title text not null
);
alter table public.articles enable row level security;
create policy articles_select on public.articles for select to authenticated
  using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
create policy articles_insert on public.articles for insert to authenticated
  with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
create policy articles_update on public.articles for update to authenticated
  using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid))
  with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
create policy articles_delete on public.articles for delete to authenticated
  using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));

create function public.search_articles(p_pattern text default '%') returns table (article_id uuid, owner_org uuid, title text)
language sql stable security definer set search_path = '' as $$
  select a.id, a.org_id, a.title from public.articles a where a.title ilike p_pattern
$$;
revoke execute on function public.search_articles(text) from public, anon;
grant execute on function public.search_articles(text) to authenticated;
