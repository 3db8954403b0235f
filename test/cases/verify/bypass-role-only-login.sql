-- title: the application's only login has BYPASSRLS
-- door: bypass-role
-- object: mill_app
-- kind: tenancy
-- config: {"context": {"app.mill_id": {"claim": "app_metadata.mill_id", "type": "uuid"}}}
-- why: the policies are for everybody, and no other role holds a grant, so requests come as this one. Whatever it sets, row security is not applied.
do $$ begin create role mill_app login bypassrls; exception when duplicate_object then null; end $$;
create table public.batches (id uuid primary key default gen_random_uuid(), mill_id uuid not null, grain text not null);
alter table public.batches enable row level security;
create policy batches_mill on public.batches using (mill_id = nullif(current_setting('app.mill_id', true), '')::uuid);
revoke all on public.batches from public, anon, authenticated;
grant select, insert, update, delete on public.batches to mill_app;
