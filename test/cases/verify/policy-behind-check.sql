-- title: every voucher is readable, and its row is hard to make
-- door: policy
-- object: public.vouchers
-- kind: tenancy
-- why: USING (true). Rows exist only within the CHECK constraints and the trigger, so without values chosen for them the table would be empty and nothing would be seen.
create table public.vouchers (
  id uuid primary key,
  org_id uuid not null,
  code text not null check (code ~ '^(GIFT|LOYAL)-[A-Z]{2}[0-9]{6}$'),
  face numeric not null,
  used numeric not null,
  kind text not null,
  check (face between 25 and 500),
  check (used < face - 20)
);
create function public.only_kinds() returns trigger language plpgsql as $$
begin
  if new.kind not in ('paper', 'digital') then raise exception 'no such voucher'; end if;
  return new;
end $$;
create trigger only_kinds before insert or update on public.vouchers
  for each row execute function public.only_kinds();
alter table public.vouchers enable row level security;
create policy vouchers_read on public.vouchers for select to authenticated using (true);
create policy vouchers_insert on public.vouchers for insert to authenticated
  with check (org_id = (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid);
