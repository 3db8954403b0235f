-- A live database of a Supabase project: what its owner's login may touch, and what makes a rollback hard to tell from never having been there.
create role tenant_owner login nosuperuser createrole bypassrls password 'owner-pw' in role anon, authenticated, service_role;
grant usage, create on schema public to tenant_owner;
grant usage on schema auth, storage to tenant_owner;
grant select, insert, update, references on auth.users to tenant_owner;

set role tenant_owner;
create table org (id uuid primary key, name text not null unique, main_site uuid);
create table site (id uuid primary key, org_id uuid not null references org, parent uuid references site, unique (org_id, id));
alter table org add foreign key (main_site) references site (id);
create table member (
  id uuid primary key, org_id uuid not null references org, user_id uuid references auth.users, role text not null,
  status text not null default 'active', seen timestamptz not null default now()
);
create table "Item" (
  "Id" bigint generated always as identity primary key, org_id uuid not null, site_id uuid, label varchar(40) not null,
  qty int not null check (qty between 5 and 8), twice int generated always as (qty * 2) stored, tags text[] not null, extra jsonb not null,
  foreign key (org_id, site_id) references site (org_id, id)
);
create index on "Item" (org_id);
create table note (id serial primary key, item_id bigint not null references "Item" on delete cascade, body text not null);
create index on note (item_id);
create table diary (id uuid primary key default gen_random_uuid(), user_id uuid not null, line text not null, place int not null, unique (user_id, place) deferrable);
create table country (code text primary key);
create table empty_one (id int primary key, org_id uuid not null references org);
create sequence ticket_number increment -3 start 100 minvalue -100000 maxvalue 1000;
create sequence never_called cache 7;
create table ticket (id bigint primary key default nextval('never_called'), org_id uuid not null references org, number bigint);
create table log (id serial primary key, what text not null);

create function numbered() returns trigger language plpgsql as $$ begin new.number := nextval('public.ticket_number'); return new; end $$;
create trigger numbered before insert on ticket for each row execute function numbered();
create function logged() returns trigger language plpgsql as $$ begin insert into public.log (what) values (tg_table_name); return null; end $$;
create trigger logged after insert on ticket for each row execute function logged();

alter table org enable row level security;
alter table member enable row level security;
alter table "Item" enable row level security;
alter table note enable row level security;
alter table diary enable row level security;
alter table ticket enable row level security;
create policy org on org using (id = coalesce(nullif(current_setting('app.org_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid));
create policy member on member using (org_id = coalesce(nullif(current_setting('app.org_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid));
create policy own on member for select using (user_id = auth.uid() and status = 'active');
create policy item on "Item" using (
  org_id = coalesce(nullif(current_setting('app.org_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid)
  and coalesce(nullif(current_setting('app.role', true), ''), auth.jwt() -> 'app_metadata' ->> 'role') in ('boss', 'clerk')
);
create policy note on note using (exists (select from "Item" i where i."Id" = item_id));
create policy diary on diary using (user_id = auth.uid());
create policy ticket on ticket using (org_id = (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid);
create policy empty_one on empty_one using (org_id = (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid);
grant select, insert, update, delete on all tables in schema public to authenticated;
grant usage on all sequences in schema public to authenticated;
reset role;
create sequence not_ours;
create table foreign_list (id int primary key default nextval('not_ours'), org_id uuid);
revoke all on foreign_list from public, anon, authenticated, service_role;
create policy foreign_list on foreign_list using (org_id = (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid);

-- three tenants: two with members, the first by its value has nothing else
insert into auth.users (id, email) select ('00000000-0000-4000-8000-0000000000' || n)::uuid, n || '@example.com' from generate_series(10, 29) n;
insert into org select ('0000000' || n || '-0000-4000-8000-000000000000')::uuid, 'org ' || n from generate_series(1, 3) n;
insert into site select ('0000000' || n || '-1111-4000-8000-000000000000')::uuid, ('0000000' || n || '-0000-4000-8000-000000000000')::uuid from generate_series(1, 3) n;
update org set main_site = (select id from site where org_id = org.id);
insert into member (id, org_id, user_id, role, status)
  select ('0000000' || t || '-2222-4000-8000-0000000000' || n)::uuid, ('0000000' || t || '-0000-4000-8000-000000000000')::uuid,
    ('00000000-0000-4000-8000-0000000000' || case when n = 10 then 10 else (t - 2) * 10 + n end)::uuid,
    (array['boss', 'clerk', 'viewer'])[1 + n % 3], case n when 11 then 'left' else 'active' end
  from generate_series(2, 3) t, generate_series(10, 19) n;
insert into "Item" (org_id, site_id, label, qty, tags, extra)
  select org_id, id, 'it''s \ ' || n, 6, array['a', 'b,c'], jsonb_build_object('n', n) from site, generate_series(1, 5) n where id::text not like '00000001%';
insert into note (item_id, body) select "Id", 'note' from "Item";
insert into diary (user_id, line, place) select id, 'dear', 1 from auth.users;
insert into country values ('ES'), ('FR'), ('DE'), ('IT');
insert into ticket (org_id) select org_id from site, generate_series(1, 60) where id::text not like '00000001%';
analyze;
