-- title: a definer procedure closes the books of any tenant
-- door: function
-- object: public.close_period(uuid)
-- kind: tenancy
-- why: procedures have EXECUTE and SECURITY DEFINER as functions do. `call close_period('…')` with another firm's id locks that firm's bookings.
create table public.postings (
  id uuid primary key default gen_random_uuid(),
  firm_id uuid not null,
  amount numeric(12, 2) not null,
  locked boolean not null default false
);
alter table public.postings enable row level security;
create policy postings_select on public.postings for select to authenticated
  using (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid));
create policy postings_insert on public.postings for insert to authenticated
  with check (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid));
create policy postings_update on public.postings for update to authenticated
  using (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid))
  with check (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid));
create policy postings_delete on public.postings for delete to authenticated
  using (firm_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'firm_id')::uuid));

create procedure public.close_period(p_firm uuid)
language plpgsql security definer set search_path = '' as $$
begin
  update public.postings set locked = true where firm_id = p_firm;
end
$$;
revoke execute on procedure public.close_period(uuid) from public, anon;
grant execute on procedure public.close_period(uuid) to authenticated;
