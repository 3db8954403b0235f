-- title: a function that answers only with the variable of the caller's own tenant hands out rows by their id
-- door: function
-- object: public.note_text(uuid)
-- door: session-variable
-- object: public.notes
-- door: session-variable
-- object: public.mine()
-- kind: tenancy
-- why: the function raises nothing and returns nothing while app.studio_id is unset; as soon as the application has set it, a row of any tenant comes by its id.
create role studio_app login;
create table public.notes (id uuid primary key default gen_random_uuid(), studio_id uuid not null, wording text not null);
alter table public.notes enable row level security;
create policy notes_own on public.notes to studio_app using (studio_id = nullif(current_setting('app.studio_id', true), '')::uuid);
create function public.note_text(note uuid) returns text language sql stable security definer set search_path = '' as $$
  select n.wording from public.notes n
  where n.id = note and exists (select 1 from public.notes m where m.studio_id = nullif(current_setting('app.studio_id', true), '')::uuid)
$$;
create function public.mine() returns setof text language sql stable security definer set search_path = '' as $$
  select n.wording from public.notes n where n.studio_id = nullif(current_setting('app.studio_id', true), '')::uuid
$$;
revoke all on all tables in schema public from anon, authenticated;
revoke all on all functions in schema public from public, anon, authenticated;
grant usage on schema public to studio_app;
grant select, insert, update, delete on public.notes to studio_app;
grant execute on function public.note_text(uuid), public.mine() to studio_app;
