-- title: an array of any type
-- door: function
-- object: public.notes_in(anyarray)
-- kind: tenancy
-- why: The elements are compared as texts with the key of any row.
create table public.notes (id uuid primary key default gen_random_uuid(), org_id uuid not null, body text not null);
alter table public.notes enable row level security;
create policy notes_own on public.notes to authenticated using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid)) with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));

create function public.notes_in(keys anyarray) returns setof public.notes language sql stable security definer set search_path = '' as $$ select n.* from public.notes n where n.id::text = any (keys::text[]) $$;
