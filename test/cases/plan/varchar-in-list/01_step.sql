create table docs (id uuid primary key, org_id uuid not null, state varchar(10) not null, old_state varchar(10), marks text[]);
alter table docs enable row level security;
create function public.allowed(states text[]) returns boolean language sql immutable as $$ select cardinality(states) < 10 $$;
create policy p on docs for select to authenticated
  using (state in ('open', 'closed') and org_id = coalesce(nullif(current_setting('app.org_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid));
create policy q on docs for update to authenticated
  using (state in ('open', 'draft') and org_id = coalesce(nullif(current_setting('app.org_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid))
  with check (state not in ('gone', 'lost') and public.allowed(array[state, old_state]) and org_id = coalesce(nullif(current_setting('app.org_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid));
