-- title: a definer trigger counts in its own tenant only
-- door: none
-- why: the reference holds the tenant and the trigger compares it too, so it never reaches another tenant's post. Its function cannot be called by anyone.
create schema private;
create table public.threads (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null,
  title text not null,
  replies integer not null default 0,
  unique (org_id, id)
);
alter table public.threads enable row level security;
create policy threads_select on public.threads for select to authenticated
  using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
create policy threads_insert on public.threads for insert to authenticated
  with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
create policy threads_update on public.threads for update to authenticated
  using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid))
  with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
create policy threads_delete on public.threads for delete to authenticated
  using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));

create table public.replies (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null,
  thread_id uuid not null,
  body text not null,
  foreign key (org_id, thread_id) references public.threads (org_id, id)
);
alter table public.replies enable row level security;
create policy replies_select on public.replies for select to authenticated
  using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
create policy replies_insert on public.replies for insert to authenticated
  with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));

create function private.count_reply() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update public.threads set replies = replies + 1 where id = new.thread_id and org_id = new.org_id;
  return null;
end
$$;
revoke execute on function private.count_reply() from public;
create trigger replies_count after insert on public.replies
  for each row execute function private.count_reply();
