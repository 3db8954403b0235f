-- title: a policy that lost its expressions
-- door: unavailable
-- object: public.memos
-- kind: availability
-- why: CREATE POLICY without USING and WITH CHECK is accepted and lets nothing through; nothing else opens the table.
create table public.notes (id uuid primary key default gen_random_uuid(), org_id uuid not null, body text not null);
alter table public.notes enable row level security;
create policy own on public.notes to authenticated using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid)) with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));

create table public.memos (id uuid primary key default gen_random_uuid(), org_id uuid not null, body text not null);
alter table public.memos enable row level security;
create policy memo_own on public.memos to authenticated;
