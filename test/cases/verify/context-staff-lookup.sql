-- title: a context function takes any staff member's id and never asks who calls
-- door: context-function
-- object: public.enter_as(uuid)
-- kind: tenancy
-- config: {"context": {"app.hotel_id": {"claim": "app_metadata.hotel_id", "type": "uuid"}}, "verify": {"expected": [{"object": "public.room_keys", "door": "session-variable", "reason": "clients come through the REST API and cannot run SET; planned to move to claims"}]}}
-- why: the function looks the staff row up and sets its hotel, which reads like a check, but it never compares the row's user with auth.uid(). With the id of another hotel's receptionist the caller acts for that hotel.
create table public.staff (
  id uuid primary key default gen_random_uuid(),
  hotel_id uuid not null,
  user_id uuid not null references auth.users (id),
  unique (hotel_id, user_id)
);
alter table public.staff enable row level security;
create policy staff_select on public.staff for select to authenticated
  using (hotel_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'hotel_id')::uuid));

create function public.enter_as(p_staff uuid) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  found_hotel uuid;
begin
  select s.hotel_id into found_hotel from public.staff s where s.id = p_staff;
  if found_hotel is null then
    raise exception 'no such staff member' using errcode = '42501';
  end if;
  perform set_config('app.hotel_id', found_hotel::text, true);
end
$$;
revoke execute on function public.enter_as(uuid) from public, anon;
grant execute on function public.enter_as(uuid) to authenticated;

create table public.room_keys (
  id uuid primary key default gen_random_uuid(),
  hotel_id uuid not null,
  door text not null
);
alter table public.room_keys enable row level security;
create policy room_keys_select on public.room_keys for select to authenticated
  using (hotel_id = coalesce(
    nullif(current_setting('app.hotel_id', true), '')::uuid,
    (select ((select auth.jwt()) -> 'app_metadata' ->> 'hotel_id')::uuid)
  ));
