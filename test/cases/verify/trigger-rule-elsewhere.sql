-- title: a rule writes to another table by a number
-- door: trigger
-- object: public.tips / tip_counts
-- kind: tenancy
-- why: The action of a rule runs with the rights of the owner of the table, and finds the row by a number that the caller chose.
create table public.notes (id uuid primary key default gen_random_uuid(), org_id uuid not null, body text not null);
alter table public.notes enable row level security;
create policy notes_own on public.notes to authenticated using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid)) with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));

create table public.balances (member_no int primary key, org_id uuid not null, total numeric not null default 0);
alter table public.balances enable row level security;
create policy balances_own on public.balances for select to authenticated using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
create table public.tips (id uuid primary key default gen_random_uuid(), org_id uuid not null, member_no int not null, amount numeric not null);
alter table public.tips enable row level security;
create policy tips_own on public.tips to authenticated using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid)) with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
create rule tip_counts as on insert to public.tips do also update public.balances set total = total + new.amount where member_no = new.member_no;
