-- title: notes of a person who left can be read by all
-- door: policy
-- object: public.notes
-- kind: tenancy
-- why: a note without an author is taken for everybody's, and ON DELETE SET NULL makes the notes of a deleted account such notes.
create table public.notes (
  id uuid primary key default gen_random_uuid(),
  author uuid references auth.users on delete set null,
  wording text not null
);
alter table public.notes enable row level security;
create policy notes_read on public.notes for select to authenticated using (author = (select auth.uid()) or author is null);
revoke all on all tables in schema public from anon, authenticated;
grant select on public.notes to authenticated;
