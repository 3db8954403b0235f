-- title: the tenant is known only by the body of a function, and another function leaves the comparison out
-- door: function
-- object: public.ledger_text(uuid)
-- kind: tenancy
-- why: no policy names a tenant; public.my_ledger() compares the claim in PL/pgSQL. public.ledger_text looks a row up by its id alone, with its owner's rights.
create table public.ledger (id uuid primary key default gen_random_uuid(), bureau_id uuid not null, wording text not null);
alter table public.ledger enable row level security;
create function public.my_ledger() returns setof text language plpgsql stable security definer set search_path = '' as $$
begin
  return query select l.wording from public.ledger l where l.bureau_id = (auth.jwt() -> 'app_metadata' ->> 'bureau_id')::uuid;
end $$;
create function public.ledger_text(entry uuid) returns text language sql stable security definer set search_path = '' as $$
  select l.wording from public.ledger l where l.id = entry
$$;
revoke all on all tables in schema public from anon, authenticated;
revoke all on all functions in schema public from public, anon, authenticated;
grant execute on function public.my_ledger(), public.ledger_text(uuid) to authenticated;
