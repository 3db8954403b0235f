-- title: a function of the caller's rights that answers only with the variable of the caller's own tenant
-- door: session-variable
-- object: public.notes
-- kind: tenancy
-- why: the policy believes the variable, as it does in each such project; the function adds nothing, since the policy holds for it.
create role studio_app login;
create table public.notes (id uuid primary key default gen_random_uuid(), studio_id uuid not null, wording text not null);
alter table public.notes enable row level security;
create policy notes_own on public.notes to studio_app using (studio_id = nullif(current_setting('app.studio_id', true), '')::uuid);
create function public.note_text(note uuid) returns text language sql stable set search_path = '' as $$
  select n.wording from public.notes n where n.id = note
$$;
revoke all on all tables in schema public from anon, authenticated;
revoke all on all functions in schema public from public, anon, authenticated;
grant usage on schema public to studio_app;
grant select on public.notes to studio_app;
grant execute on function public.note_text(uuid) to studio_app;
