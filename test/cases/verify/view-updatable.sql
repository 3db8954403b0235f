-- title: rows of every tenant are changed through a simple view
-- door: view
-- object: public.task_board
-- kind: tenancy
-- why: a view over one table is updatable by itself, and the update is checked with the rights of the view's owner. An attacker closes another firm's tasks with `update task_board`.
create table public.tasks (
  id uuid primary key default gen_random_uuid(),
  firm_id uuid not null,
  title text not null,
  done boolean not null default false
);
alter table public.tasks enable row level security;
create policy tasks_select on public.tasks for select to authenticated
  using (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid));
create policy tasks_insert on public.tasks for insert to authenticated
  with check (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid));
create policy tasks_update on public.tasks for update to authenticated
  using (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid))
  with check (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid));
create policy tasks_delete on public.tasks for delete to authenticated
  using (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid));

create view public.task_board as select id, title, done from public.tasks;
revoke all on public.task_board from anon, authenticated;
grant select, update (done) on public.task_board to authenticated;
