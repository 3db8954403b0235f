create table public.bill (title text primary key, tenant_id uuid not null);
insert into public.bill values
  ('a1', '00000000-0000-4000-8000-00000000000a'),
  ('a2', '00000000-0000-4000-8000-00000000000a'),
  ('b1', '00000000-0000-4000-8000-00000000000b');
alter table public.bill enable row level security;
create policy bill_of_tenant on public.bill using (
  tenant_id = coalesce(
    nullif(current_setting('app.tenant_id', true), '')::uuid,
    (auth.jwt() -> 'app_metadata' ->> 'tenant_id')::uuid
  )
);
grant select, insert on public.bill to authenticated;
