create table docs (id uuid primary key, org_id uuid not null, owner uuid not null, title text not null);
alter table docs enable row level security;
create policy p on docs for select to authenticated
  using (not (org_id = any (string_to_array(current_setting('app.org_ids', true), ',')::uuid[])));
