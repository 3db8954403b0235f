-- title: a definer function deletes a row by its id without looking whose it is
-- door: function
-- object: public.remove_photo(uuid)
-- kind: tenancy
-- why: the DELETE runs as the owner of the table, so only its own WHERE holds, and that names the id only. The function even says whether the row was there.
create table public.photos (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  caption text not null default ''
);
alter table public.photos enable row level security;
create policy photos_select on public.photos for select to authenticated
  using (user_id = (select auth.uid()));
create policy photos_insert on public.photos for insert to authenticated
  with check (user_id = (select auth.uid()));
create policy photos_update on public.photos for update to authenticated
  using (user_id = (select auth.uid()))
  with check (user_id = (select auth.uid()));
create policy photos_delete on public.photos for delete to authenticated
  using (user_id = (select auth.uid()));

create function public.remove_photo(p_photo uuid) returns boolean
language plpgsql security definer set search_path = '' as $$
begin
  delete from public.photos where id = p_photo;
  return found;
end
$$;
revoke execute on function public.remove_photo(uuid) from public, anon;
grant execute on function public.remove_photo(uuid) to authenticated;
