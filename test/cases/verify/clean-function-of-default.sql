-- title: the default of a column calls a definer function that reads own rows
-- door: none
-- why: The function compares the tenant with the claim.
create table public.orgs (id uuid primary key default gen_random_uuid(), name text not null);
alter table public.orgs enable row level security;
create function public.my_org() returns uuid language sql stable as $$
  select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid
$$;
create policy orgs_select on public.orgs for select to authenticated using (id = (select public.my_org()));

create table public.notes (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.orgs (id),
  title text not null
);
alter table public.notes enable row level security;
create policy notes_own on public.notes for all to authenticated
  using (org_id = (select public.my_org()))
  with check (org_id = (select public.my_org()));

create schema private;

create function private.latest_title() returns text language sql security definer set search_path = '' as $$
  select string_agg(title, ', ' order by title) from public.notes where org_id = (select public.my_org())
$$;

create table public.logs (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.orgs (id),
  latest text default private.latest_title()
);
alter table public.logs enable row level security;
create policy logs_own on public.logs for all to authenticated
  using (org_id = (select public.my_org()))
  with check (org_id = (select public.my_org()));
