-- title: a role that users write themselves opens all tenants
-- door: claims
-- object: public.notes
-- kind: tenancy
-- why: user_metadata is what `auth.updateUser` takes from the browser. Whoever writes `superadmin` there reads the notes of every organisation.
create table public.notes (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null,
  body text not null
);
alter table public.notes enable row level security;
create policy notes_select on public.notes for select to authenticated
  using (
    org_id = (select (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid)
    or (select auth.jwt() -> 'user_metadata' ->> 'role') = 'superadmin'
  );
