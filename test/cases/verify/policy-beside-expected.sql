-- title: staff read all tickets, as declared, and a later policy lets everybody update them
-- door: policy
-- object: public.tickets
-- kind: tenancy
-- config: {"verify": {"expected": [{"object": "public.tickets", "door": "policy", "reason": "platform staff read all tickets"}]}}
-- why: the declared exception says nothing of commands, so it is for reads. The policy for UPDATE asks nothing: any login overwrites any tenant's tickets, without reading them.
create table public.tickets (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null,
  subject text not null
);
alter table public.tickets enable row level security;
create policy tickets_all on public.tickets for all to authenticated
  using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid))
  with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
create policy tickets_staff on public.tickets for select to authenticated
  using ((select (select auth.jwt()) -> 'app_metadata' ->> 'role') = 'platform_staff');
create policy tickets_oops on public.tickets for update to authenticated using (true) with check (true);
