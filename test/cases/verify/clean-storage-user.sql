-- title: files in a folder of one's own
-- door: none
-- why: each policy names the bucket and compares the first folder with the user's id; new names are checked too. anon has no policy at all.
insert into storage.buckets (id, name, public) values ('backups', 'backups', false);
create policy backups_select on storage.objects for select to authenticated
  using (bucket_id = 'backups' and (storage.foldername(name))[1] = (select auth.uid()::text));
create policy backups_insert on storage.objects for insert to authenticated
  with check (bucket_id = 'backups' and (storage.foldername(name))[1] = (select auth.uid()::text));
create policy backups_update on storage.objects for update to authenticated
  using (bucket_id = 'backups' and (storage.foldername(name))[1] = (select auth.uid()::text))
  with check (bucket_id = 'backups' and (storage.foldername(name))[1] = (select auth.uid()::text));
create policy backups_delete on storage.objects for delete to authenticated
  using (bucket_id = 'backups' and (storage.foldername(name))[1] = (select auth.uid()::text));

create table public.backups (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  object_name text not null
);
alter table public.backups enable row level security;
create policy backups_select on public.backups for select to authenticated
  using (user_id = (select auth.uid()));
create policy backups_insert on public.backups for insert to authenticated
  with check (user_id = (select auth.uid()));
create policy backups_update on public.backups for update to authenticated
  using (user_id = (select auth.uid()))
  with check (user_id = (select auth.uid()));
create policy backups_delete on public.backups for delete to authenticated
  using (user_id = (select auth.uid()));
