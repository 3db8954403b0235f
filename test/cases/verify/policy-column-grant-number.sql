-- title: every row is read through a number
-- door: policy
-- object: public.letters
-- kind: tenancy
-- why: SELECT is granted on number alone, which has another value in every row, and the policy is true.
create table public.notes (id uuid primary key default gen_random_uuid(), org_id uuid not null, body text not null);
alter table public.notes enable row level security;
create policy own on public.notes to authenticated using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid)) with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));

create table public.letters (id uuid primary key default gen_random_uuid(), org_id uuid not null, number int not null unique, body text not null);
alter table public.letters enable row level security;
revoke all on public.letters from anon, authenticated;
grant select (number) on public.letters to authenticated;
create policy read on public.letters for select to authenticated using (true);
