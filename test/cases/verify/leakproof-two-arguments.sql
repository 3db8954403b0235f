-- title: a LEAKPROOF function of two arguments tells one of them
-- door: function
-- object: public.within(text,integer)
-- kind: tenancy
-- why: PostgreSQL evaluates a LEAKPROOF function that costs as little as an operator before the policy, and the message of its error holds another tenant's value.
create table public.badges (id uuid primary key default gen_random_uuid(), guild_id uuid not null, wording text not null);
create function public.within(wording text, longest int) returns boolean language plpgsql immutable leakproof cost 1 set search_path = '' as $$
begin
  if length(wording) > longest then raise exception 'too long: %', wording; end if;
  return true;
end $$;
alter table public.badges enable row level security;
create policy badges_all on public.badges to authenticated
  using (guild_id = (auth.jwt() -> 'app_metadata' ->> 'guild_id')::uuid) with check (guild_id = (auth.jwt() -> 'app_metadata' ->> 'guild_id')::uuid);
revoke all on all tables in schema public from anon, authenticated;
revoke all on all functions in schema public from public, anon, authenticated;
grant select on public.badges to authenticated;
grant execute on function public.within(text, int) to authenticated;
