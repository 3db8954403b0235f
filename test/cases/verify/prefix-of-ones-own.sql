-- title: a member writes the pattern that files are compared with
-- door: policy
-- object: public.files
-- kind: tenancy
-- why: the policy of files compares their path with a prefix that a member writes into its own settings. The empty prefix, or %, begins every path.
create table public.settings (
  user_id uuid primary key references auth.users (id),
  org_id uuid not null,
  prefix text not null
);
create table public.files (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null,
  path text not null
);
alter table public.settings enable row level security;
alter table public.files enable row level security;
create policy settings_own on public.settings to authenticated
  using (user_id = (select auth.uid()) and org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid))
  with check (user_id = (select auth.uid()) and org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
create function public.own_prefixes() returns setof text language sql stable security definer set search_path = ''
  as $$ select s.prefix from public.settings s where s.user_id = auth.uid() $$;
create policy files_own on public.files for select to authenticated
  using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
create policy files_below on public.files for select to authenticated
  using (exists (select 1 from public.own_prefixes() p(prefix) where files.path like p.prefix || '%'));
