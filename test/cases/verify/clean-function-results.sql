-- title: definer functions hand own rows out in a cursor, in arguments, as XML and in the detail of an error
-- door: none
-- why: Each of them compares the tenant with the claim.
create table public.orgs (id uuid primary key default gen_random_uuid(), name text not null);
alter table public.orgs enable row level security;
create function public.my_org() returns uuid language sql stable as $$
  select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid
$$;
create policy orgs_select on public.orgs for select to authenticated using (id = (select public.my_org()));

create table public.notes (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.orgs (id),
  title text not null
);
alter table public.notes enable row level security;
create policy notes_own on public.notes for all to authenticated
  using (org_id = (select public.my_org()))
  with check (org_id = (select public.my_org()));

create function public.notes_cursor() returns refcursor language plpgsql security definer set search_path = '' as $$
declare
  found refcursor;
begin
  open found for select * from public.notes where org_id = (select public.my_org());
  return found;
end
$$;

create procedure public.look_up(inout p_note uuid, inout p_title text, out p_count bigint)
language plpgsql security definer set search_path = '' as $$
begin
  select title, count(*) over () into p_title, p_count from public.notes where id = p_note and org_id = (select public.my_org());
end
$$;

create function public.export_notes() returns xml language sql security definer set search_path = '' as $$
  select query_to_xml('select * from public.notes where org_id = (select public.my_org())', true, false, '')
$$;

create function public.check_note(p_note uuid) returns void language plpgsql security definer set search_path = '' as $$
begin
  raise exception 'no such note' using detail = (select 'there are ' || string_agg(title, ', ') from public.notes where org_id = (select public.my_org()));
end
$$;
