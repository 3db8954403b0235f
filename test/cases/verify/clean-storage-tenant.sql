-- title: files in a folder of the tenant
-- door: none
-- why: bucket and first folder are compared in every policy, the folder with the tenant of the token. Files cannot be put into, moved to or read from another tenant's folder.
insert into storage.buckets (id, name, public) values ('plans', 'plans', false);
create policy plans_select on storage.objects for select to authenticated
  using (bucket_id = 'plans' and (storage.foldername(name))[1] = (select (select auth.jwt()) -> 'app_metadata' ->> 'agency_id'));
create policy plans_insert on storage.objects for insert to authenticated
  with check (bucket_id = 'plans' and (storage.foldername(name))[1] = (select (select auth.jwt()) -> 'app_metadata' ->> 'agency_id'));
create policy plans_update on storage.objects for update to authenticated
  using (bucket_id = 'plans' and (storage.foldername(name))[1] = (select (select auth.jwt()) -> 'app_metadata' ->> 'agency_id'))
  with check (bucket_id = 'plans' and (storage.foldername(name))[1] = (select (select auth.jwt()) -> 'app_metadata' ->> 'agency_id'));
create policy plans_delete on storage.objects for delete to authenticated
  using (bucket_id = 'plans' and (storage.foldername(name))[1] = (select (select auth.jwt()) -> 'app_metadata' ->> 'agency_id'));

create table public.plans (
  id uuid primary key default gen_random_uuid(),
  agency_id uuid not null,
  object_name text not null
);
alter table public.plans enable row level security;
create policy plans_select on public.plans for select to authenticated
  using (agency_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'agency_id')::uuid));
create policy plans_insert on public.plans for insert to authenticated
  with check (agency_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'agency_id')::uuid));
create policy plans_update on public.plans for update to authenticated
  using (agency_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'agency_id')::uuid))
  with check (agency_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'agency_id')::uuid));
create policy plans_delete on public.plans for delete to authenticated
  using (agency_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'agency_id')::uuid));
