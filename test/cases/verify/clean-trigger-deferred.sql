-- title: a deferred trigger writes own titles into a row of the own tenant
-- door: none
-- why: The trigger counts the notes of the same tenant.
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

create table public.stats (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.orgs (id),
  titles text
);
alter table public.stats enable row level security;
create policy stats_own on public.stats for select to authenticated
  using (org_id = (select public.my_org()));

create function public.note_titles() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  insert into public.stats (org_id, titles)
  select new.org_id, string_agg(title, ', ') from public.notes where org_id = new.org_id;
  return null;
end
$$;
create constraint trigger note_titles after insert on public.notes
  deferrable initially deferred for each row execute function public.note_titles();
