-- title: a trigger copies the title of the page above, whoever owns that
-- door: trigger
-- object: public.pages / pages_path
-- kind: tenancy
-- why: a page may name any page as the one above, for the foreign key does not look at row security, and the trigger reads that page's title with its owner's rights. `insert … returning path` hands it to a member of another tenant.
create table public.pages (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null,
  parent_id uuid references public.pages (id),
  title text not null,
  path text not null default ''
);
alter table public.pages enable row level security;
create policy pages_all on public.pages to authenticated using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid)) with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));

create function public.fill_path() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  new.path := coalesce((select p.path || '/' || p.title from public.pages p where p.id = new.parent_id), '');
  return new;
end
$$;
revoke execute on function public.fill_path() from public, anon, authenticated;
create trigger pages_path before insert or update of parent_id on public.pages
  for each row execute function public.fill_path();
