-- title: a member may move his membership to another school
-- door: membership
-- object: public.enrolments
-- kind: tenancy
-- why: UPDATE is allowed on one's own row and its check asks for the user only, so the tenant column may be changed. After `update enrolments set school_id = …` the member belongs to the other school.
create schema private;
create table public.enrolments (
  id uuid primary key default gen_random_uuid(),
  school_id uuid not null,
  user_id uuid not null references auth.users (id) on delete cascade,
  nickname text not null default '',
  unique (school_id, user_id)
);
alter table public.enrolments enable row level security;
create policy enrolments_select on public.enrolments for select to authenticated
  using (user_id = (select auth.uid()));
create policy enrolments_update on public.enrolments for update to authenticated
  using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));

create function private.is_enrolled(p_school uuid) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (select from public.enrolments e where e.school_id = p_school and e.user_id = auth.uid())
$$;
revoke execute on function private.is_enrolled(uuid) from public;
grant execute on function private.is_enrolled(uuid) to authenticated;

create table public.homework (
  id uuid primary key default gen_random_uuid(),
  school_id uuid not null,
  task text not null
);
alter table public.homework enable row level security;
create policy homework_select on public.homework for select to authenticated
  using (private.is_enrolled(school_id));
