create table docs (id uuid primary key, org_id uuid not null, owner uuid not null, title text not null);
alter table docs enable row level security;
create policy r on docs for select to authenticated
  using (owner = auth.uid() or current_setting('app.manager', true) = 'true');
create policy u on docs for update to authenticated
  using (owner = auth.uid() or nullif(current_setting('app.manager', true), '')::boolean);
create policy d on docs for delete to authenticated
  using (owner = auth.uid() and current_setting('app.manager', true) = 'true');
