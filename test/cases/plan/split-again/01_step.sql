create table shelf (id uuid primary key, owner uuid not null, keeper uuid not null, open boolean not null default false);
alter table shelf enable row level security;
create policy everybody on shelf using (open and owner = (select auth.uid()));
create policy keepers on shelf to authenticated using (keeper = (select auth.uid()));
create policy visitors on shelf for select to anon using (open);
