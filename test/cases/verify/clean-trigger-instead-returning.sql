-- title: an INSTEAD OF trigger puts own titles into the row that comes back
-- door: none
-- why: The trigger compares the tenant with the claim.
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

create view public.note_box with (security_invoker = true) as select id, org_id, title from public.notes;
create function public.put_note() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  new.title := (select string_agg(title, ', ') from public.notes where org_id = (select public.my_org()));
  return new;
end
$$;
create trigger put_note instead of insert on public.note_box for each row execute function public.put_note();
