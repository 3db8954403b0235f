-- title: a trigger of one column fills the row with titles of every tenant
-- door: trigger
-- object: public.notes / fill_seen
-- kind: tenancy
-- why: The trigger fires only for an UPDATE that names the column.
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

alter table public.notes add column stars integer, add column seen text;
create function public.fill_seen() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  new.seen := (select string_agg(title, ', ') from public.notes);
  return new;
end
$$;
create trigger fill_seen before update of stars on public.notes
  for each row execute function public.fill_seen();
