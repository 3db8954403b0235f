-- title: a definer function writes a message into any tenant
-- door: function
-- object: public.post_message(uuid,text)
-- kind: tenancy
-- why: the INSERT is done as the owner, whom no WITH CHECK stops, and the tenant comes from the argument. An attacker posts into another club's board.
create table public.board_messages (
  id uuid primary key default gen_random_uuid(),
  club_id uuid not null,
  body text not null
);
alter table public.board_messages enable row level security;
create policy board_messages_select on public.board_messages for select to authenticated
  using (club_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'club_id')::uuid));
create policy board_messages_insert on public.board_messages for insert to authenticated
  with check (club_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'club_id')::uuid));
create policy board_messages_update on public.board_messages for update to authenticated
  using (club_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'club_id')::uuid))
  with check (club_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'club_id')::uuid));
create policy board_messages_delete on public.board_messages for delete to authenticated
  using (club_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'club_id')::uuid));

create function public.post_message(p_club uuid, p_body text) returns uuid
language sql volatile security definer set search_path = '' as $$
  insert into public.board_messages (club_id, body) values (p_club, p_body) returning id
$$;
revoke execute on function public.post_message(uuid, text) from public, anon;
grant execute on function public.post_message(uuid, text) to authenticated;
