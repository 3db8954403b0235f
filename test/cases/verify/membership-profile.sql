-- title: the profile that says a user's tenant is his to edit
-- door: membership
-- object: public.profiles
-- kind: tenancy
-- why: a user may update his own profile, and his tenant is a column of it. He sets agency_id to another agency's, and every policy that looks the tenant up follows.
create schema private;
create table public.profiles (
  id uuid primary key references auth.users (id) on delete cascade,
  agency_id uuid not null,
  display_name text not null default ''
);
alter table public.profiles enable row level security;
create policy profiles_select on public.profiles for select to authenticated
  using (id = (select auth.uid()));
create policy profiles_update on public.profiles for update to authenticated
  using (id = (select auth.uid())) with check (id = (select auth.uid()));

create function private.my_agency() returns uuid
language sql stable security definer set search_path = '' as $$
  select p.agency_id from public.profiles p where p.id = auth.uid()
$$;
revoke execute on function private.my_agency() from public;
grant execute on function private.my_agency() to authenticated;

create table public.campaigns (
  id uuid primary key default gen_random_uuid(),
  agency_id uuid not null,
  title text not null
);
alter table public.campaigns enable row level security;
create policy campaigns_select on public.campaigns for select to authenticated
  using (agency_id = (select private.my_agency()));
create policy campaigns_delete on public.campaigns for delete to authenticated
  using (agency_id = (select private.my_agency()));
