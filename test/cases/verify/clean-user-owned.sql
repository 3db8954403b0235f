-- title: rows belong to users
-- door: none
-- why: each policy compares with auth.uid(), in USING and in WITH CHECK, for authenticated only. Without a login there is no user id and no row.
create table public.profiles (
  id uuid primary key references auth.users (id) on delete cascade,
  display_name text not null default ''
);
alter table public.profiles enable row level security;
create policy profiles_select on public.profiles for select to authenticated
  using (id = (select auth.uid()));
create policy profiles_insert on public.profiles for insert to authenticated
  with check (id = (select auth.uid()));
create policy profiles_update on public.profiles for update to authenticated
  using (id = (select auth.uid()))
  with check (id = (select auth.uid()));
create policy profiles_delete on public.profiles for delete to authenticated
  using (id = (select auth.uid()));

create table public.diary_entries (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  day date not null default current_date,
  body text not null default '',
  unique (user_id, day)
);
alter table public.diary_entries enable row level security;
create policy diary_entries_select on public.diary_entries for select to authenticated
  using (user_id = (select auth.uid()));
create policy diary_entries_insert on public.diary_entries for insert to authenticated
  with check (user_id = (select auth.uid()));
create policy diary_entries_update on public.diary_entries for update to authenticated
  using (user_id = (select auth.uid()))
  with check (user_id = (select auth.uid()));
create policy diary_entries_delete on public.diary_entries for delete to authenticated
  using (user_id = (select auth.uid()));
