-- title: the expression of a generated column calls a definer function that reads every row
-- door: function
-- object: private.titles_for(uuid)
-- kind: tenancy
-- why: The function is declared IMMUTABLE and reads a table: each row that is written holds the titles of every tenant.
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

create function private.titles_for(org uuid) returns text language sql immutable security definer set search_path = '' as $$
  select string_agg(title, ', ' order by title) from public.notes
$$;

create table public.cards (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.orgs (id),
  titles text generated always as (private.titles_for(org_id)) stored
);
alter table public.cards enable row level security;
create policy cards_own on public.cards for all to authenticated
  using (org_id = (select public.my_org()))
  with check (org_id = (select public.my_org()));
