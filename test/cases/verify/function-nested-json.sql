-- title: a document with the tenant inside
-- door: function
-- object: public.notes_of(jsonb)
-- kind: tenancy
-- why: The tenant is read from the document, two levels deep.
create table public.notes (id uuid primary key default gen_random_uuid(), org_id uuid not null, body text not null);
alter table public.notes enable row level security;
create policy notes_own on public.notes to authenticated using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid)) with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));

create function public.notes_of(payload jsonb) returns setof public.notes language sql stable security definer set search_path = '' as $$ select * from public.notes where org_id = (payload -> 'filter' ->> 'org_id')::uuid $$;
