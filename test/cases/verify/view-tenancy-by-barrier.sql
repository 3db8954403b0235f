-- title: a view without security_barrier is all that keeps tenants apart
-- door: view
-- object: api.my_receipts
-- kind: tenancy
-- why: PostgreSQL may evaluate a cheap function of the caller before the condition of a view that has no security_barrier (manual, section "Rules and Privileges"), and the function tells what it saw.
create schema api;
grant usage on schema api to authenticated;
create table public.receipts (id uuid primary key default gen_random_uuid(), bureau_id uuid not null, wording text not null);
alter table public.receipts enable row level security;
create view api.my_receipts as
  select id, wording from public.receipts where bureau_id = (auth.jwt() -> 'app_metadata' ->> 'bureau_id')::uuid;
revoke all on all tables in schema public from anon, authenticated;
grant select on api.my_receipts to authenticated;
