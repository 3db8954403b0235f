create schema "My Schema";
grant usage on schema "My Schema" to authenticated;
create role "Back.Office" nologin;
grant usage on schema "My Schema" to "Back.Office";
create table "My Schema"."Doc ""X"".s" ("Id" uuid primary key, "Org Id" uuid not null);
grant all on "My Schema"."Doc ""X"".s" to authenticated, "Back.Office";
alter table "My Schema"."Doc ""X"".s" enable row level security;
create policy "It's ""read"".able" on "My Schema"."Doc ""X"".s" for select to "Back.Office", authenticated using ("Org Id" = coalesce(nullif(current_setting('app.org_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid));
comment on policy "It's ""read"".able" on "My Schema"."Doc ""X"".s" is 'it''s \ kept';
