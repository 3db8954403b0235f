create type grade as enum ('low', 'high');
create domain short as text check (length(value) < 20);
create table docs (id uuid primary key, org_id uuid not null, n integer not null, b bigint not null, g grade not null, f boolean not null, s short not null);
alter table docs enable row level security;
create policy p on docs for select to authenticated
  using (org_id = coalesce(nullif(current_setting('app.org_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid) and n = coalesce(nullif(current_setting('app.n', true), '')::integer, (auth.jwt() -> 'app_metadata' ->> 'n')::integer) and b = coalesce(nullif(current_setting('app.b', true), '')::bigint, (auth.jwt() -> 'app_metadata' ->> 'b')::bigint) and g = coalesce(nullif(current_setting('app.g', true), '')::grade, (auth.jwt() -> 'app_metadata' ->> 'g')::grade) and s = coalesce(nullif(current_setting('app.s', true), '')::short, (auth.jwt() -> 'app_metadata' ->> 's')::short) and f = coalesce(nullif(current_setting('app.f', true), '')::boolean, (auth.jwt() -> 'app_metadata' ->> 'f')::boolean));
