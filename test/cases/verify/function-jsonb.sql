-- title: a definer function returns any document as jsonb
-- door: function
-- object: public.get_contract(uuid)
-- kind: tenancy
-- why: the row is looked up by its id alone with the owner's rights, and handed back as jsonb. A member who learns an id from a link or a log reads the contract of another firm.
create table public.contracts (
  id uuid primary key default gen_random_uuid(),
  firm_id uuid not null,
  party text not null,
  terms text not null default ''
);
alter table public.contracts enable row level security;
create policy contracts_select on public.contracts for select to authenticated
  using (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid));
create policy contracts_insert on public.contracts for insert to authenticated
  with check (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid));
create policy contracts_update on public.contracts for update to authenticated
  using (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid))
  with check (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid));
create policy contracts_delete on public.contracts for delete to authenticated
  using (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid));

create function public.get_contract(p_id uuid) returns jsonb
language sql stable security definer set search_path = '' as $$
  select to_jsonb(c) from public.contracts c where c.id = p_id
$$;
revoke execute on function public.get_contract(uuid) from public, anon;
grant execute on function public.get_contract(uuid) to authenticated;
