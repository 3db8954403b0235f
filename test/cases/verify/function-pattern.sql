-- title: a search by pattern that any text matches
-- door: function
-- object: public.find_notes(text)
-- kind: tenancy
-- why: The function looks at no claim: the empty text finds every row.
create table public.notes (id uuid primary key default gen_random_uuid(), org_id uuid not null, body text not null);
alter table public.notes enable row level security;
create policy notes_own on public.notes to authenticated using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid)) with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));

create function public.find_notes(q text) returns setof public.notes language sql stable security definer set search_path = '' as $$ select * from public.notes where body ilike '%' || q || '%' $$;
