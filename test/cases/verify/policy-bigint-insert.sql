-- title: new rows are checked for a positive tenant number only
-- door: policy
-- object: public.incidents
-- kind: tenancy
-- why: WITH CHECK looks at the number's range where the claim was meant. A blind INSERT puts an incident into any casino, whose own members then read it as theirs.
create table public.casinos (id bigint primary key, name text not null);
alter table public.casinos enable row level security;
create policy casinos_select on public.casinos for select to authenticated
  using (id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::bigint));

create table public.incidents (
  id uuid primary key default gen_random_uuid(),
  casino_id bigint not null references public.casinos (id),
  body text not null default ''
);
alter table public.incidents enable row level security;
create policy incidents_select on public.incidents for select to authenticated
  using (casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::bigint));
create policy incidents_insert on public.incidents for insert to authenticated
  with check (casino_id > 0);
