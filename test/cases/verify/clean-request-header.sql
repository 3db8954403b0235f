-- title: a header narrows what the token gives, and is written down
-- door: none
-- why: every branch compares the tenant with the claim. The header only takes rows away, and the column that records the client decides nothing. PostgREST sets the headers for every request, so they are read without missing_ok.
create table public.parcels (
  id uuid primary key default gen_random_uuid(),
  courier_id uuid not null,
  region text not null default 'north',
  sent_by text default current_setting('request.headers', true)::json ->> 'user-agent'
);
alter table public.parcels enable row level security;
create policy parcels_courier on public.parcels to authenticated
  using (courier_id = (select (auth.jwt() -> 'app_metadata' ->> 'courier_id')::uuid)
    and coalesce(current_setting('request.headers')::json ->> 'x-region', region) = region)
  with check (courier_id = (select (auth.jwt() -> 'app_metadata' ->> 'courier_id')::uuid));
