-- title: the tenant of a table is known only by the join of a view, and another view leaves the join out
-- door: view
-- object: api.every_line
-- kind: tenancy
-- why: no policy names a tenant and no foreign key leads from lines to bills; api.my_lines shows whose a line is. api.every_line shows all of them with its owner's rights.
create schema api;
grant usage on schema api to authenticated;
create table public.bills (number int primary key, bureau_id uuid not null);
create table public.lines (id uuid primary key default gen_random_uuid(), bill_number int not null, wording text not null);
alter table public.bills enable row level security;
alter table public.lines enable row level security;
create view api.my_lines with (security_barrier = true) as
  select l.id, l.wording from public.lines l join public.bills b on b.number = l.bill_number
  where b.bureau_id = (auth.jwt() -> 'app_metadata' ->> 'bureau_id')::uuid;
create view api.every_line with (security_barrier = true) as select l.id, l.wording from public.lines l;
revoke all on all tables in schema public from anon, authenticated;
grant select on api.my_lines, api.every_line to authenticated;
