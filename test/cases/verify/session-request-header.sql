-- title: a header of the request chooses the tenant
-- door: session-variable
-- object: public.bookings
-- kind: tenancy
-- why: PostgREST hands on the headers as the client sent them. A gateway sets x-hotel for the application, and nothing stops a client from sending it to the API.
create table public.bookings (id uuid primary key default gen_random_uuid(), hotel_id uuid not null, guest text not null);
alter table public.bookings enable row level security;
create policy bookings_hotel on public.bookings for select to authenticated
  using (hotel_id = coalesce(
    current_setting('request.headers', true)::jsonb ->> 'x-hotel', (select auth.jwt() -> 'app_metadata' ->> 'hotel_id'))::uuid);
