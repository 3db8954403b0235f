-- title: every entry of every ledger is readable, and a deferred trigger wants entries balanced
-- door: policy
-- object: public.entries
-- kind: tenancy
-- why: USING (true). The trigger rejects an entry without two sides at COMMIT, which says nothing about who may read entries.
create table public.entries (id uuid primary key, org_id uuid not null);
alter table public.entries enable row level security;
create policy entries_read on public.entries for select to authenticated using (true);
create table public.sides (
  id uuid primary key,
  org_id uuid not null,
  entry_id uuid not null references public.entries (id),
  side text not null
);
alter table public.sides enable row level security;
create policy sides_read on public.sides for select to authenticated
  using (org_id = (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid);
create function public.balanced() returns trigger language plpgsql as $$
begin
  if (select count(distinct side) from public.sides s where s.entry_id = new.id) < 2 then
    raise exception 'entry % is not balanced', new.id;
  end if;
  return null;
end $$;
create constraint trigger balanced after insert on public.entries deferrable initially deferred
  for each row execute function public.balanced();
