create table papers (id uuid primary key, org_id uuid not null, owner uuid not null, title text not null);
alter table papers enable row level security;
create policy old_name on papers for select to authenticated
  using (true);
