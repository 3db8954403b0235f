create table docs (id uuid primary key, org_id uuid not null, owner uuid not null, title text not null);
alter table docs enable row level security;
create policy r on docs for select to authenticated
  using (owner = auth.uid());
create policy w on docs for all to authenticated
  using (org_id = coalesce(nullif(current_setting('app.org_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid));
create policy no_delete on docs for delete to authenticated
  using (owner = auth.uid() and false);
create policy anyone on docs for select to public
  using (title = 'open');
