-- title: anon may list the whole bucket
-- door: storage
-- object: storage.objects
-- kind: tenancy
-- why: a public bucket serves a file to who knows its path, and needs no SELECT policy for that. This one lets anon list every path, and the first folder of each is a user's id.
insert into storage.buckets (id, name, public) values ('portraits', 'portraits', true);
create policy portraits_select on storage.objects for select to public using (bucket_id = 'portraits');
create policy portraits_insert on storage.objects for insert to authenticated
  with check (bucket_id = 'portraits' and (storage.foldername(name))[1] = (select auth.uid()::text));
create policy portraits_delete on storage.objects for delete to authenticated
  using (bucket_id = 'portraits' and (storage.foldername(name))[1] = (select auth.uid()::text));

create table public.portraits (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  caption text not null default ''
);
alter table public.portraits enable row level security;
create policy portraits_select on public.portraits for select to authenticated
  using (user_id = (select auth.uid()));
create policy portraits_insert on public.portraits for insert to authenticated
  with check (user_id = (select auth.uid()));
create policy portraits_update on public.portraits for update to authenticated
  using (user_id = (select auth.uid()))
  with check (user_id = (select auth.uid()));
create policy portraits_delete on public.portraits for delete to authenticated
  using (user_id = (select auth.uid()));
