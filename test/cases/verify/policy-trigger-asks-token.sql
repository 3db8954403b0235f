-- title: a trigger raises where nobody is signed in
-- door: policy
-- object: public.assets
-- kind: tenancy
-- why: a trigger takes the tenant from the token and raises where there is none, so no row comes to be without claims. The trigger guards inserts only: a policy for updates that is always true changes everybody's assets.
create schema private;
create function private.tenant() returns uuid
language sql stable set search_path = '' as $$
  select (auth.jwt() -> 'app_metadata' ->> 'tenant_id')::uuid
$$;
grant usage on schema private to authenticated;
create table public.assets (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null,
  label text not null
);
create function private.force_tenant() returns trigger
language plpgsql set search_path = '' as $$
begin
  if private.tenant() is null then
    raise exception 'no tenant in the token' using errcode = '42501';
  end if;
  new.tenant_id := private.tenant();
  return new;
end $$;
create trigger force_tenant before insert on public.assets
  for each row execute function private.force_tenant();
alter table public.assets enable row level security;
create policy assets_select on public.assets for select to authenticated
  using (tenant_id = (select private.tenant()));
create policy assets_insert on public.assets for insert to authenticated
  with check (tenant_id = (select private.tenant()));
create policy assets_update on public.assets for update to authenticated
  using (true) with check (true);
