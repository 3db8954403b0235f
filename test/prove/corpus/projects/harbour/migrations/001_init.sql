create role harbour_app login;
create table berth (id bigint primary key, port text not null, ship uuid, tags text[], rank int, fee numeric, since date, code text);
create table ship (id uuid primary key, owner_org uuid not null, flags int not null default 0, name text);
create table membership (org_id uuid, user_id uuid, role text, until timestamptz, primary key (org_id, user_id));
alter table berth enable row level security;
alter table berth force row level security;
alter table ship enable row level security;
alter table ship force row level security;
alter table membership enable row level security;
grant select, insert, update, delete on berth, ship, membership to harbour_app;
create policy membership_own on membership to harbour_app
  using (user_id = nullif(current_setting('app.user_id', true), '')::uuid);
create policy ship_org on ship to harbour_app
  using (owner_org = any (string_to_array(nullif(current_setting('app.org_ids', true), ''), ',')::uuid[]))
  with check (owner_org = any (string_to_array(nullif(current_setting('app.org_ids', true), ''), ',')::uuid[]));
create policy ship_member on ship for select to harbour_app
  using (owner_org in (select m.org_id from membership m where m.until > now() union select m.org_id from membership m where m.role = 'owner'));
create policy ship_flagged on ship for select to harbour_app using (flags & 4 = 4 and lower(name) <> 'hidden');
create policy berth_ship on berth for select to harbour_app
  using (exists (select 1 from ship s where s.id = berth.ship and s.flags & 1 = 0) or port = current_setting('app.port', true));
create policy berth_rank on berth for update to harbour_app
  using (rank + 1 <= current_setting('app.rank', true)::int) with check (fee between 0 and 500.5 and since >= current_date - 30);
create policy berth_tags on berth for select to harbour_app
  using (tags && array['guest', 'public'] or starts_with(code, 'G-') or current_user = 'harbour_master');
create policy berth_remove on berth for delete to harbour_app
  using ((port, ship) in (select 'north', s.id from ship s) and (current_setting('app.role', true) = any (array['chief', 'admin'])));
