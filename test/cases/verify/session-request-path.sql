-- title: the path of the request opens every row
-- door: session-variable
-- object: public.audits
-- kind: tenancy
-- why: the client chooses the path that it asks for.
create table public.audits (id uuid primary key default gen_random_uuid(), org_id uuid not null, line text not null);
alter table public.audits enable row level security;
create policy audits_org on public.audits for select to authenticated
  using (org_id = (select (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid) or current_setting('request.path') like '/rpc/report_%');
