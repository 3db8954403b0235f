-- title: staff by the profile's role read every file, which nothing declares
-- door: policy
-- object: public.files
-- kind: tenancy
-- why: the profile has the user's id as its key. A plain member reads the own office's files; only a member whose profile has the staff's word gets further, so one of them has to be tried.
create table public.profiles (
  id uuid primary key,
  office_id uuid not null,
  role text not null default 'member' check (role in ('member', 'admin', 'platform_admin'))
);
create table public.files (id uuid primary key default gen_random_uuid(), office_id uuid not null, matter text not null);
alter table public.profiles enable row level security;
alter table public.files enable row level security;
create policy profiles_read on public.profiles for select to authenticated
  using (office_id = (select (auth.jwt() -> 'app_metadata' ->> 'office_id')::uuid));
create policy files_read on public.files for select to authenticated
  using (office_id = (select (auth.jwt() -> 'app_metadata' ->> 'office_id')::uuid)
    or exists (select 1 from public.profiles p where p.id = auth.uid() and p.role = 'platform_admin'));
revoke all on public.profiles, public.files from anon;
