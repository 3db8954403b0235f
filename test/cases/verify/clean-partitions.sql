-- title: every partition is protected by itself
-- door: none
-- why: the parent has policies, one partition has row security and the same policies, another row security and none, the third no grants to clients. Whichever is named, no other tenant's row comes out.
create table public.page_views (
  id uuid not null default gen_random_uuid(),
  tenant_id uuid not null,
  at timestamptz not null default now(),
  path text not null,
  primary key (id, at)
) partition by range (at);
alter table public.page_views enable row level security;
create policy page_views_select on public.page_views for select to authenticated
  using (tenant_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'tenant_id')::uuid));
create policy page_views_insert on public.page_views for insert to authenticated
  with check (tenant_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'tenant_id')::uuid));

create table public.page_views_old partition of public.page_views for values from (minvalue) to ('2026-01-01');
alter table public.page_views_old enable row level security;
create policy page_views_old_select on public.page_views_old for select to authenticated
  using (tenant_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'tenant_id')::uuid));
create policy page_views_old_insert on public.page_views_old for insert to authenticated
  with check (tenant_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'tenant_id')::uuid));
create table public.page_views_2026 partition of public.page_views for values from ('2026-01-01') to ('2027-01-01');
alter table public.page_views_2026 enable row level security;
create table public.page_views_rest partition of public.page_views default;
revoke all on public.page_views_rest from anon, authenticated;
alter table public.page_views_rest enable row level security;
