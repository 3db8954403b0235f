-- title: an error that names the value of another tenant
-- door: function
-- object: public.note_number(uuid)
-- kind: tenancy
-- why: The cast fails, and its message holds the text of the row, whoever owns it.
create table public.notes (id uuid primary key default gen_random_uuid(), org_id uuid not null, body text not null);
alter table public.notes enable row level security;
create policy notes_own on public.notes to authenticated using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid)) with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));

create function public.note_number(which uuid) returns int language plpgsql stable security definer set search_path = '' as $$ begin return (select body from public.notes where id = which)::int; end $$;
