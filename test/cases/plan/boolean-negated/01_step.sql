create table docs (id uuid primary key, org_id uuid not null, owner uuid not null, title text not null);
alter table docs enable row level security;
create policy d on docs for delete to authenticated
  using (owner = auth.uid() and current_setting('app.manager', true) <> 'off');
