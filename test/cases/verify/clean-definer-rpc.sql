-- title: definer functions check the token
-- door: none
-- why: one function takes the tenant from the token, one compares its argument with it and treats a missing claim as a mismatch, one adds the tenant to the WHERE. EXECUTE is revoked from public and anon.
create table public.accounts (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null,
  balance numeric(12, 2) not null default 0
);
alter table public.accounts enable row level security;
create policy accounts_select on public.accounts for select to authenticated
  using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
create policy accounts_insert on public.accounts for insert to authenticated
  with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
create policy accounts_update on public.accounts for update to authenticated
  using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid))
  with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
create policy accounts_delete on public.accounts for delete to authenticated
  using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));

create function public.org_balance() returns numeric
language sql stable security definer set search_path = '' as $$
  select sum(a.balance) from public.accounts a
  where a.org_id = (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid
$$;
create function public.balances_of(p_org uuid) returns setof public.accounts
language plpgsql stable security definer set search_path = '' as $$
begin
  if p_org is distinct from (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid or p_org is null then
    raise exception 'not your organisation' using errcode = '42501';
  end if;
  return query select * from public.accounts a where a.org_id = p_org;
end
$$;
create function public.reset_balance(p_account uuid) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.accounts set balance = 0
  where id = p_account and org_id = (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid;
  return found;
end
$$;
revoke execute on function public.org_balance(), public.balances_of(uuid), public.reset_balance(uuid) from public, anon;
grant execute on function public.org_balance(), public.balances_of(uuid), public.reset_balance(uuid) to authenticated;
