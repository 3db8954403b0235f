create table docs (id uuid primary key, org_id uuid not null, owner uuid not null, title text not null);
alter table docs enable row level security;
create table member (id uuid primary key, org_id uuid not null, user_id uuid not null references auth.users, role text not null);
alter table member enable row level security;
create policy d on docs for select to authenticated
  using (org_id in (select m.org_id from member m where m.user_id = auth.uid()));
create policy m on member for select to authenticated
  using (org_id in (select d.org_id from docs d where d.owner = auth.uid()));
