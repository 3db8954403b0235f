-- title: a member can promote itself to owner
-- door: own-role
-- object: public.org_members
-- kind: role
-- why: a member may update his own row, and its check keeps user and tenant but not the role. `update org_members set role = 'owner'` gives him what only owners may do, here the settings.
create table public.org_members (
  org_id uuid not null,
  user_id uuid not null references auth.users (id) on delete cascade,
  role text not null default 'member' check (role in ('member', 'owner')),
  phone text,
  primary key (org_id, user_id)
);
alter table public.org_members enable row level security;
create policy org_members_select on public.org_members for select to authenticated
  using (user_id = (select auth.uid()) and org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
create policy org_members_update on public.org_members for update to authenticated
  using (user_id = (select auth.uid()) and org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid))
  with check (user_id = (select auth.uid()) and org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));

create table public.org_settings (
  org_id uuid primary key,
  billing_mail text not null default ''
);
alter table public.org_settings enable row level security;
create policy org_settings_select on public.org_settings for select to authenticated
  using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
create policy org_settings_update on public.org_settings for update to authenticated
  using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid) and exists (
    select from public.org_members m
    where m.org_id = org_settings.org_id and m.user_id = (select auth.uid()) and m.role = 'owner'
  ))
  with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
