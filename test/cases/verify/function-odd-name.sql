-- title: an id under a name that says nothing
-- door: function
-- object: public.get_it(uuid)
-- kind: tenancy
-- why: The function returns the row of any id.
create table public.notes (id uuid primary key default gen_random_uuid(), org_id uuid not null, body text not null);
alter table public.notes enable row level security;
create policy notes_own on public.notes to authenticated using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid)) with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));

create function public.get_it(x uuid) returns setof public.notes language sql stable security definer set search_path = '' as $$ select * from public.notes where id = x $$;
