-- title: rows can be planted with the columns that are granted
-- door: policy
-- object: public.letters
-- kind: tenancy
-- why: INSERT is granted on org_id and subject, and the check is true: the key has a default.
create table public.notes (id uuid primary key default gen_random_uuid(), org_id uuid not null, body text not null);
alter table public.notes enable row level security;
create policy own on public.notes to authenticated using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid)) with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));

create table public.letters (id uuid primary key default gen_random_uuid(), org_id uuid not null, subject text not null, sent_at timestamptz not null default now());
alter table public.letters enable row level security;
revoke all on public.letters from anon, authenticated;
grant select on public.letters to authenticated;
grant insert (org_id, subject) on public.letters to authenticated;
create policy read on public.letters for select to authenticated using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
create policy add on public.letters for insert to authenticated with check (true);
