-- title: a policy made for one bucket holds for all of them
-- door: storage
-- object: storage.objects
-- kind: tenancy
-- why: policies of storage.objects are for all buckets unless they compare bucket_id. The one that was to show avatars to logged-in users lists and downloads the contracts of every firm as well.
insert into storage.buckets (id, name, public) values ('avatars', 'avatars', true), ('contracts', 'contracts', false);
create policy contracts_select on storage.objects for select to authenticated
  using (bucket_id = 'contracts' and (storage.foldername(name))[1] = (select (select auth.jwt()) -> 'app_metadata' ->> 'firm_id'));
create policy contracts_insert on storage.objects for insert to authenticated
  with check (bucket_id = 'contracts' and (storage.foldername(name))[1] = (select (select auth.jwt()) -> 'app_metadata' ->> 'firm_id'));
create policy avatars_select on storage.objects for select to authenticated
  using ((select auth.uid()) is not null);

create table public.contracts (
  id uuid primary key default gen_random_uuid(),
  firm_id uuid not null,
  object_name text not null
);
alter table public.contracts enable row level security;
create policy contracts_select on public.contracts for select to authenticated
  using (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid));
create policy contracts_insert on public.contracts for insert to authenticated
  with check (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid));
create policy contracts_update on public.contracts for update to authenticated
  using (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid))
  with check (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid));
create policy contracts_delete on public.contracts for delete to authenticated
  using (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid));
