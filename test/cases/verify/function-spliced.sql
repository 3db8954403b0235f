-- title: text that is spliced into dynamic SQL
-- door: function
-- object: public.sorted_notes(text)
-- kind: tenancy
-- why: The argument becomes part of the statement: a quote ends the literal.
create table public.notes (id uuid primary key default gen_random_uuid(), org_id uuid not null, body text not null);
alter table public.notes enable row level security;
create policy notes_own on public.notes to authenticated using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid)) with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));

create function public.sorted_notes(word text) returns setof public.notes language plpgsql stable security definer set search_path = '' as $$
begin
  return query execute 'select * from public.notes where org_id = ((auth.jwt() -> ''app_metadata'' ->> ''org_id'')::uuid) and body = ''' || word || '''';
end $$;
