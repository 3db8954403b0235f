-- title: deleting one's own label takes it from every tenant's documents
-- door: trigger
-- object: public.labels / labels_cleanup
-- kind: tenancy
-- why: the clean-up trigger deletes with the owner's rights and by the label's text, without the tenant. A member deletes his own label and so removes rows of every other library that uses the same word.
create table public.labels (
  library_id uuid not null,
  word text not null,
  primary key (library_id, word)
);
alter table public.labels enable row level security;
create policy labels_select on public.labels for select to authenticated
  using (library_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'library_id')::uuid));
create policy labels_insert on public.labels for insert to authenticated
  with check (library_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'library_id')::uuid));
create policy labels_update on public.labels for update to authenticated
  using (library_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'library_id')::uuid))
  with check (library_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'library_id')::uuid));
create policy labels_delete on public.labels for delete to authenticated
  using (library_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'library_id')::uuid));

create table public.labelled (
  id uuid primary key default gen_random_uuid(),
  library_id uuid not null,
  word text not null,
  document text not null
);
alter table public.labelled enable row level security;
create policy labelled_select on public.labelled for select to authenticated
  using (library_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'library_id')::uuid));
create policy labelled_insert on public.labelled for insert to authenticated
  with check (library_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'library_id')::uuid));
create policy labelled_update on public.labelled for update to authenticated
  using (library_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'library_id')::uuid))
  with check (library_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'library_id')::uuid));
create policy labelled_delete on public.labelled for delete to authenticated
  using (library_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'library_id')::uuid));

create schema private;
create function private.drop_labelled() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  delete from public.labelled where word = old.word;
  return old;
end
$$;
revoke execute on function private.drop_labelled() from public;
create trigger labels_cleanup after delete on public.labels
  for each row execute function private.drop_labelled();
