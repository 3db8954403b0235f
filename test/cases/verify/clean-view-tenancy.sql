-- title: tenants come to their rows by a view with a barrier, and to nothing else
-- door: none
-- why: the tables have no policy and no grant; the view compares the tenant of the joined table, and security_barrier keeps functions of the caller behind that condition.
create schema api;
grant usage on schema api to authenticated;
create table public.bills (number int primary key, bureau_id uuid not null);
create table public.lines (id uuid primary key default gen_random_uuid(), bill_number int not null, wording text not null);
alter table public.bills enable row level security;
alter table public.lines enable row level security;
create view api.my_lines with (security_barrier = true) as
  select l.id, l.wording from public.lines l join public.bills b on b.number = l.bill_number
  where b.bureau_id = (auth.jwt() -> 'app_metadata' ->> 'bureau_id')::uuid;
revoke all on all tables in schema public from anon, authenticated;
grant select on api.my_lines to authenticated;
