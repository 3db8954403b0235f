-- title: a card may be moved to any board
-- door: policy
-- object: public.cards
-- kind: tenancy
-- why: a card has no tenant of its own, its board has. USING asks whether the board is one's own, WITH CHECK says true, and a blind `update cards set board_id = …` puts cards on a board of another tenant.
create table public.boards (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null,
  title text not null
);
alter table public.boards enable row level security;
create policy boards_all on public.boards to authenticated using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid)) with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));

create table public.cards (
  id uuid primary key default gen_random_uuid(),
  board_id uuid not null references public.boards on delete cascade,
  body text not null
);
alter table public.cards enable row level security;
create policy cards_select on public.cards for select to authenticated using (board_id in (select id from public.boards));
create policy cards_insert on public.cards for insert to authenticated with check (board_id in (select id from public.boards));
create policy cards_update on public.cards for update to authenticated
  using (board_id in (select id from public.boards)) with check (true);
