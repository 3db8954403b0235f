-- title: a view is all that keeps tenants apart, and believes a variable
-- door: session-variable
-- object: api.my_receipts
-- kind: tenancy
-- why: whoever reads the view sets app.bureau_id first, and to any tenant.
create role desk login;
create schema api;
grant usage on schema api to desk;
create table public.receipts (id uuid primary key default gen_random_uuid(), bureau_id uuid not null, wording text not null);
alter table public.receipts enable row level security;
create view api.my_receipts with (security_barrier = true) as
  select id, wording from public.receipts where bureau_id = nullif(current_setting('app.bureau_id', true), '')::uuid;
revoke all on all tables in schema public from anon, authenticated;
grant select on api.my_receipts to desk;
