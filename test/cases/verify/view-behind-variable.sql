-- title: a view shows rows of every tenant to whoever has set its own
-- door: view
-- object: public.shared_notes
-- door: session-variable
-- object: public.notes
-- kind: tenancy
-- why: the condition of the view asks only whether the variable is that of some tenant, and then shows all rows with its owner's rights. While the variable is unset it shows none.
create role studio_app login;
create table public.notes (id uuid primary key default gen_random_uuid(), studio_id uuid not null, wording text not null);
alter table public.notes enable row level security;
create policy notes_own on public.notes to studio_app using (studio_id = nullif(current_setting('app.studio_id', true), '')::uuid);
create view public.shared_notes with (security_barrier = true) as
  select n.id, n.wording from public.notes n
  where exists (select 1 from public.notes m where m.studio_id = nullif(current_setting('app.studio_id', true), '')::uuid);
revoke all on all tables in schema public from anon, authenticated;
grant usage on schema public to studio_app;
grant select on public.notes, public.shared_notes to studio_app;
