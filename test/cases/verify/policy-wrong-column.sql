-- title: a sub-query compares a column with itself
-- door: policy
-- object: public.notebooks
-- kind: tenancy
-- why: inside the sub-query `m.org_id = m.org_id` is always true, where the row's own org_id was meant. Whoever is a member of any organisation reads the notebooks of all.
create table public.members (
  org_id uuid not null,
  user_id uuid not null references auth.users (id),
  primary key (org_id, user_id)
);
alter table public.members enable row level security;
create policy members_select on public.members for select to authenticated
  using (user_id = (select auth.uid()) and org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));

create table public.notebooks (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null,
  title text not null
);
alter table public.notebooks enable row level security;
create policy notebooks_select on public.notebooks for select to authenticated
  using (exists (
    select from public.members m where m.org_id = m.org_id and m.user_id = (select auth.uid())
  ));
create policy notebooks_insert on public.notebooks for insert to authenticated
  with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
