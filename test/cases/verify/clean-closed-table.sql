-- title: tables that are closed by intent
-- door: none
-- why: without a policy, with the constant false, or without a grant nothing is reached, and nothing has to be.
create table public.notes (id uuid primary key default gen_random_uuid(), org_id uuid not null, body text not null);
alter table public.notes enable row level security;
create policy own on public.notes to authenticated using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid)) with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));

create table public.ledger (id uuid primary key default gen_random_uuid(), org_id uuid not null, amount int not null);
alter table public.ledger enable row level security;
create table public.audit (id uuid primary key default gen_random_uuid(), org_id uuid not null, entry text not null);
alter table public.audit enable row level security;
create table public.keys (id uuid primary key default gen_random_uuid(), org_id uuid not null, value text not null);
alter table public.keys enable row level security;
create policy nobody on public.ledger to authenticated using (false) with check (false);
revoke all on public.keys from anon, authenticated;
