-- title: a policy calls a STABLE function that reads the token
-- door: none
-- why: A STABLE function is evaluated for each execution.
create table public.notes (id uuid primary key default gen_random_uuid(), org_id uuid not null, body text not null);
alter table public.notes enable row level security;
create policy notes_own on public.notes to authenticated using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid)) with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));

create schema app;
grant usage on schema app to authenticated;
create function app.tenant() returns uuid language plpgsql stable as $$ begin return (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid; end $$;
create table public.files (id uuid primary key default gen_random_uuid(), org_id uuid not null, name text not null);
alter table public.files enable row level security;
create policy files_own on public.files to authenticated using (org_id = app.tenant()) with check (org_id = app.tenant());
