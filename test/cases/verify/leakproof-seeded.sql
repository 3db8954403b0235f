-- title: a LEAKPROOF function meets rows of a seed first
-- door: function
-- object: public.as_number(text)
-- kind: tenancy
-- why: the cast inside raises 22P02 with the value in its message, for rows that the policy would hold back. The rows of the seed come first, and belong to neither tenant of the run.
create table public.badges (id uuid primary key default gen_random_uuid(), guild_id uuid not null, serial_text text not null);
create function public.as_number(serial_text text) returns int language plpgsql immutable leakproof cost 1 set search_path = '' as $$
begin
  return replace(serial_text, '-', '')::int;
end $$;
insert into public.badges (guild_id, serial_text) values ('5eed0000-0000-4000-8000-000000000001', '11-alpha'), ('5eed0000-0000-4000-8000-000000000002', '22-bravo');
alter table public.badges enable row level security;
create policy badges_all on public.badges to authenticated
  using (guild_id = (auth.jwt() -> 'app_metadata' ->> 'guild_id')::uuid) with check (guild_id = (auth.jwt() -> 'app_metadata' ->> 'guild_id')::uuid);
revoke all on all tables in schema public from anon, authenticated;
revoke all on all functions in schema public from public, anon, authenticated;
grant select, insert on public.badges to authenticated;
grant execute on function public.as_number(text) to authenticated;
