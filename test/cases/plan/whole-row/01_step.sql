create schema "Front Desk";
grant usage on schema "Front Desk" to authenticated;
create table "Front Desk"."Guest" (id uuid primary key, org_id uuid not null, hidden boolean not null default false);
alter table "Front Desk"."Guest" enable row level security;
grant select, insert, update, delete on "Front Desk"."Guest" to authenticated;
create function public.may_show(guest "Front Desk"."Guest") returns boolean language sql stable as $$ select not guest.hidden $$;
create policy p on "Front Desk"."Guest" for select to authenticated
  using (public.may_show("Guest") and to_jsonb("Guest") ? 'id' and org_id = coalesce(nullif(current_setting('app.org_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid));
