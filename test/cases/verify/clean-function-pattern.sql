-- title: a search by pattern inside the tenant
-- door: none
-- why: The function compares the tenant with the claim.
create table public.notes (id uuid primary key default gen_random_uuid(), org_id uuid not null, body text not null);
alter table public.notes enable row level security;
create policy notes_own on public.notes to authenticated using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid)) with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));

create function public.find_notes(q text) returns setof public.notes language sql stable security definer set search_path = '' as $$ select * from public.notes where body ilike '%' || q || '%' and org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid) $$;
