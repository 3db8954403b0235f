create table docs (id uuid primary key, org_id uuid not null, owner uuid not null, title text not null);
alter table docs enable row level security;
create policy p on docs for select to authenticated
  using ((select auth.uid()) is not null and org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
