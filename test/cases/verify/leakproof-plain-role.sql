-- title: a LEAKPROOF function over a column, in a project with a role and a variable of its own
-- door: function
-- object: public.folded(text)
-- door: session-variable
-- object: public.badges
-- kind: tenancy
-- why: the function raises with its argument, before the policy is asked; and the policy believes a variable.
create role badge_app login;
create table public.badges (id int generated always as identity primary key, guild_id int not null, wording text not null);
create function public.folded(wording text) returns text language plpgsql immutable leakproof cost 1 as $$
begin
  if wording <> '' then raise 'not folded: "%"', wording; end if;
  return wording;
end $$;
alter table public.badges enable row level security;
alter table public.badges force row level security;
create policy badges_all on public.badges to badge_app using (guild_id = nullif(current_setting('app.guild_id', true), '')::int);
revoke all on all tables in schema public from anon, authenticated;
revoke all on all functions in schema public from public, anon, authenticated;
grant usage on schema public to badge_app;
grant select on public.badges to badge_app;
grant execute on function public.folded(text) to badge_app;
