-- title: a helper reads a role that users write themselves
-- door: claims
-- object: public.notes
-- kind: tenancy
-- why: the policy compares what a helper says, and the helper looks into user_metadata, which every user fills for himself: `support` deletes the notes of all.
create schema private;
grant usage on schema private to authenticated;
create table public.notes (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null,
  body text not null
);
alter table public.notes enable row level security;
create function private.my_kind() returns text
language plpgsql stable set search_path = '' as $$
begin
  return auth.jwt() -> 'user_metadata' ->> 'kind';
end $$;
create policy notes_select on public.notes for select to authenticated
  using (org_id = (select (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid));
create policy notes_delete on public.notes for delete to authenticated
  using (private.my_kind() in ('staff', 'support'));
