-- title: a definer trigger counts up in another tenant's post
-- door: trigger
-- object: public.comments / comments_count
-- kind: tenancy
-- why: the comment is the attacker's own and passes its policy, but the trigger updates the referenced post as its owner, whosever post that is. Every insert changes a row of another club.
create table public.posts (
  id uuid primary key default gen_random_uuid(),
  club_id uuid not null,
  title text not null,
  comment_count integer not null default 0
);
alter table public.posts enable row level security;
create policy posts_select on public.posts for select to authenticated
  using (club_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'club_id')::uuid));
create policy posts_insert on public.posts for insert to authenticated
  with check (club_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'club_id')::uuid));
create policy posts_update on public.posts for update to authenticated
  using (club_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'club_id')::uuid))
  with check (club_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'club_id')::uuid));
create policy posts_delete on public.posts for delete to authenticated
  using (club_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'club_id')::uuid));

create table public.comments (
  id uuid primary key default gen_random_uuid(),
  club_id uuid not null,
  post_id uuid not null references public.posts (id),
  body text not null
);
alter table public.comments enable row level security;
create policy comments_select on public.comments for select to authenticated
  using (club_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'club_id')::uuid));
create policy comments_insert on public.comments for insert to authenticated
  with check (club_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'club_id')::uuid));

create schema private;
create function private.count_comment() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update public.posts set comment_count = comment_count + 1 where id = new.post_id;
  return new;
end
$$;
revoke execute on function private.count_comment() from public;
create trigger comments_count after insert on public.comments
  for each row execute function private.count_comment();
