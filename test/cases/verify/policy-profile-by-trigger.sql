-- title: profiles are made by a trigger on auth.users
-- door: policy
-- object: public.profiles
-- kind: tenancy
-- why: a row of a profile is there as soon as the user is, so putting one in collides. Everybody reads his own profile by one policy, and by another those of all who have set a name.
create schema private;
create table public.profiles (
  id uuid primary key references auth.users (id) on delete cascade,
  display_name text not null default ''
);
create function private.handle_new_user() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into public.profiles (id) values (new.id);
  return new;
end $$;
create trigger on_auth_user_created after insert on auth.users
  for each row execute function private.handle_new_user();
alter table public.profiles enable row level security;
create policy profiles_own on public.profiles for select to authenticated
  using (id = (select auth.uid()));
create policy profiles_named on public.profiles for select to authenticated
  using (display_name <> '');
