-- title: a LEAKPROOF function casts its argument
-- door: function
-- object: public.as_number(text)
-- kind: tenancy
-- why: the cast inside raises 22P02 with the value in its message, for rows that the policy would hold back.
create table public.badges (id uuid primary key default gen_random_uuid(), guild_id uuid not null, serial_text text not null);
create function public.as_number(serial_text text) returns int language plpgsql immutable leakproof cost 1 set search_path = '' as $$
begin
  return replace(serial_text, '-', '')::int;
end $$;
alter table public.badges enable row level security;
create policy badges_all on public.badges to authenticated
  using (guild_id = (auth.jwt() -> 'app_metadata' ->> 'guild_id')::uuid) with check (guild_id = (auth.jwt() -> 'app_metadata' ->> 'guild_id')::uuid);
revoke all on all tables in schema public from anon, authenticated;
revoke all on all functions in schema public from public, anon, authenticated;
grant select, insert on public.badges to authenticated;
grant execute on function public.as_number(text) to authenticated;
