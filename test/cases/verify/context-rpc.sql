-- title: an RPC injects the tenant that it was given and returns rows
-- door: context-function
-- object: public.visits_of(uuid)
-- kind: tenancy
-- config: {"context": {"app.clinic_id": {"claim": "app_metadata.clinic_id", "type": "uuid"}}}
-- why: the function sets app.clinic_id from its argument, then reads with the owner's rights by that variable. One call with another clinic's id returns its visits; the policies themselves do not read the variable.
create table public.visits (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null,
  reason text not null default ''
);
alter table public.visits enable row level security;
create policy visits_select on public.visits for select to authenticated
  using (clinic_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'clinic_id')::uuid));
create policy visits_insert on public.visits for insert to authenticated
  with check (clinic_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'clinic_id')::uuid));
create policy visits_update on public.visits for update to authenticated
  using (clinic_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'clinic_id')::uuid))
  with check (clinic_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'clinic_id')::uuid));
create policy visits_delete on public.visits for delete to authenticated
  using (clinic_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'clinic_id')::uuid));

create function public.visits_of(p_clinic uuid) returns setof public.visits
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform set_config('app.clinic_id', p_clinic::text, true);
  return query
    select * from public.visits where clinic_id = current_setting('app.clinic_id', true)::uuid;
end
$$;
revoke execute on function public.visits_of(uuid) from public, anon;
grant execute on function public.visits_of(uuid) to authenticated;
