-- title: a definer function copies the row of an argument into the own tenant
-- door: function
-- object: public.copy_note(uuid)
-- kind: tenancy
-- why: The function returns nothing, and no row of another tenant changes: the row that it inserts is an own one, with the title of another tenant.
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

create function public.copy_note(p_id uuid) returns void language sql security definer set search_path = '' as $$
  insert into public.notes (org_id, title)
  select public.my_org(), title from public.notes where id = p_id
$$;
