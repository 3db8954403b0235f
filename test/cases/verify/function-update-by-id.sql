-- title: a definer function updates a row by its id without looking whose it is
-- door: function
-- object: public.rename_project(uuid,text)
-- kind: tenancy
-- why: inside the function no policy applies, and its WHERE names the id only. A member of one agency renames the projects of another.
create table public.projects (
  id uuid primary key default gen_random_uuid(),
  agency_id uuid not null,
  title text not null
);
alter table public.projects enable row level security;
create policy projects_select on public.projects for select to authenticated
  using (agency_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'agency_id')::uuid));
create policy projects_insert on public.projects for insert to authenticated
  with check (agency_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'agency_id')::uuid));
create policy projects_update on public.projects for update to authenticated
  using (agency_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'agency_id')::uuid))
  with check (agency_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'agency_id')::uuid));
create policy projects_delete on public.projects for delete to authenticated
  using (agency_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'agency_id')::uuid));

create function public.rename_project(p_project uuid, p_title text) returns void
language plpgsql security definer set search_path = '' as $$
begin
  update public.projects set title = p_title where id = p_project;
end
$$;
revoke execute on function public.rename_project(uuid, text) from public, anon;
grant execute on function public.rename_project(uuid, text) to authenticated;
