create table member (id uuid primary key, org_id uuid not null, user_id uuid not null references auth.users, role text not null);
alter table member enable row level security;
create policy m on member for select to authenticated
  using (exists (select 1 from member me where me.org_id = member.org_id and me.user_id = auth.uid()));
