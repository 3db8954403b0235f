-- title: the same inside a scalar sub-query
-- door: immutable-function
-- object: app.tenant()
-- kind: tenancy
-- why: A constant call inside (select …) is folded as well.
create table public.notes (id uuid primary key default gen_random_uuid(), org_id uuid not null, body text not null);
alter table public.notes enable row level security;
create policy notes_own on public.notes to authenticated using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid)) with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));

create schema app;
grant usage on schema app to authenticated;
create function app.tenant() returns uuid language plpgsql immutable as $$ begin return (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid; end $$;
create table public.files (id uuid primary key default gen_random_uuid(), org_id uuid not null, name text not null);
alter table public.files enable row level security;
create policy files_own on public.files to authenticated using (org_id = (select app.tenant())) with check (org_id = (select app.tenant()));
