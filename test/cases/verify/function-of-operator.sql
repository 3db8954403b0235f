-- title: an operator and the CHECK of a domain call definer functions that read every row
-- door: function
-- object: private.is_known(text)
-- door: function
-- object: private.same_title(text,text)
-- kind: tenancy
-- why: A request may use the operator and the domain without USAGE on the schema of their functions. The error of the CHECK names titles of every tenant.
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

create schema private;

create function private.same_title(a text, b text) returns text language sql security definer set search_path = '' as $$
  select string_agg(title, ', ' order by title) from public.notes where (title = a or a <> b or a = b)
$$;

create operator public.~~~ (leftarg = text, rightarg = text, function = private.same_title);

create function private.is_known(code text) returns boolean language plpgsql security definer set search_path = '' as $$
begin
  if length(code) < 3 then
    raise exception 'known are %', (select string_agg(title, ', ' order by title) from public.notes);
  end if;
  return true;
end
$$;

create domain public.code as text check (private.is_known(value));
