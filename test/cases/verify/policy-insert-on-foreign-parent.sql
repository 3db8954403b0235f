-- title: whoever says who he is may write on any board
-- door: policy
-- object: public.remarks
-- kind: tenancy
-- why: WITH CHECK asks that the author is oneself and not whose board it is. A member inserts a remark into a board of another tenant, whose members read it.
create table public.boards (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null,
  title text not null
);
alter table public.boards enable row level security;
create policy boards_all on public.boards to authenticated using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid)) with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));

create table public.remarks (
  id uuid primary key default gen_random_uuid(),
  board_id uuid not null references public.boards on delete cascade,
  author_id uuid not null default auth.uid() references auth.users,
  body text not null
);
alter table public.remarks enable row level security;
create policy remarks_select on public.remarks for select to authenticated using (board_id in (select id from public.boards));
create policy remarks_insert on public.remarks for insert to authenticated with check (author_id = (select auth.uid()));
