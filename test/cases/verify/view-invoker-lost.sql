-- title: CREATE OR REPLACE VIEW drops the security_invoker that was there
-- door: view
-- object: public.open_tickets
-- kind: tenancy
-- why: replacing a view replaces its options too, so leaving `with (security_invoker = true)` out of the second definition switches it off without a word. From then on it is read with the owner's rights.
create table public.tickets (
  id uuid primary key default gen_random_uuid(),
  agency_id uuid not null,
  subject text not null,
  closed boolean not null default false
);
alter table public.tickets enable row level security;
create policy tickets_select on public.tickets for select to authenticated
  using (agency_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'agency_id')::uuid));
create policy tickets_insert on public.tickets for insert to authenticated
  with check (agency_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'agency_id')::uuid));
create policy tickets_update on public.tickets for update to authenticated
  using (agency_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'agency_id')::uuid))
  with check (agency_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'agency_id')::uuid));
create policy tickets_delete on public.tickets for delete to authenticated
  using (agency_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'agency_id')::uuid));

create view public.open_tickets with (security_invoker = true) as
  select id, agency_id, subject from public.tickets where not closed;
revoke all on public.open_tickets from anon, authenticated;
grant select on public.open_tickets to authenticated;

create or replace view public.open_tickets as
  select id, agency_id, subject, closed from public.tickets where not closed;
