-- title: a view with its owner's rights shows every tenant's notes
-- door: view
-- object: public.all_notes
-- kind: tenancy
-- why: a view reads its tables as its owner unless security_invoker is on, and the owner passes by the policies. Default privileges grant the view to anon and authenticated.
create table public.notes (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null,
  body text not null
);
alter table public.notes enable row level security;
create policy notes_select on public.notes for select to authenticated
  using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
create policy notes_insert on public.notes for insert to authenticated
  with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
create policy notes_update on public.notes for update to authenticated
  using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid))
  with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
create policy notes_delete on public.notes for delete to authenticated
  using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));

create view public.all_notes as select id, org_id, body from public.notes;
