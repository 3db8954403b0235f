-- title: a file may be renamed into another tenant's folder
-- door: storage
-- object: storage.objects
-- kind: tenancy
-- why: USING asks for the bucket and the folder, WITH CHECK for the bucket alone. An update that reads no column is not held to the SELECT policy, so `update storage.objects set name = …` puts an own file into the folder of another tenant.
create table public.reports (
  id uuid primary key default gen_random_uuid(),
  studio_id uuid not null,
  title text not null
);
alter table public.reports enable row level security;
create policy reports_all on public.reports to authenticated
  using (studio_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'studio_id')::uuid))
  with check (studio_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'studio_id')::uuid));

insert into storage.buckets (id, name, public) values ('docs', 'docs', false);
create policy docs_select on storage.objects for select to authenticated
  using (bucket_id = 'docs' and (storage.foldername(name))[1] = (select (select auth.jwt()) -> 'app_metadata' ->> 'studio_id'));
create policy docs_insert on storage.objects for insert to authenticated
  with check (bucket_id = 'docs' and (storage.foldername(name))[1] = (select (select auth.jwt()) -> 'app_metadata' ->> 'studio_id'));
create policy docs_update on storage.objects for update to authenticated
  using (bucket_id = 'docs' and (storage.foldername(name))[1] = (select (select auth.jwt()) -> 'app_metadata' ->> 'studio_id'))
  with check (bucket_id = 'docs');
