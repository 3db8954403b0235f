-- title: a helper reads any header, and a policy compares one with a word
-- door: session-variable
-- object: public.invoices
-- kind: tenancy
-- why: the name of the header is an argument of the helper, so it stands in the policy only. The value is a word of the project: another header of the same policy holds a uuid, and the word in both raises an error.
create schema private;
grant usage on schema private to authenticated;
create function private.header(name text) returns text language sql stable set search_path = '' as $$
  select nullif(current_setting('request.headers')::json ->> lower(name), '')
$$;
create table public.invoices (id uuid primary key default gen_random_uuid(), firm_id uuid not null, amount int not null);
alter table public.invoices enable row level security;
create policy invoices_firm on public.invoices for select to authenticated
  using (firm_id = (select (auth.jwt() -> 'app_metadata' ->> 'firm_id')::uuid)
    or (private.header('X-Audit-Firm')::uuid is distinct from firm_id and private.header('X-Internal') = 'nightly-run'));
