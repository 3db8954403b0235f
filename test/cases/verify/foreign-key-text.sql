-- title: a reference by article number may point into any tenant's catalogue
-- door: foreign-key-oracle
-- object: public.quotes_article_fkey
-- kind: oracle
-- why: the article number is a word that one can guess, and the key leaves the tenant out. Whether the insert passes tells whether another firm lists that article.
create table public.articles (
  number text primary key,
  firm_id uuid not null,
  label text not null
);
alter table public.articles enable row level security;
create policy articles_select on public.articles for select to authenticated
  using (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid));

create table public.quotes (
  id uuid primary key default gen_random_uuid(),
  firm_id uuid not null,
  article text,
  constraint quotes_article_fkey foreign key (article) references public.articles (number)
);
alter table public.quotes enable row level security;
create policy quotes_select on public.quotes for select to authenticated
  using (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid));
create policy quotes_insert on public.quotes for insert to authenticated
  with check (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid));
create policy quotes_update on public.quotes for update to authenticated
  using (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid))
  with check (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid));
create policy quotes_delete on public.quotes for delete to authenticated
  using (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid));
