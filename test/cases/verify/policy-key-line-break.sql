-- title: text keys with line breaks
-- door: policy
-- object: public.letter
-- kind: tenancy
-- why: the key of a letter is its first lines. `or true` shows all of them to every login, also where a key is more than one line of text.
create table public.letter (id text primary key, office_id uuid not null, body text not null);
alter table public.letter enable row level security;
create policy letter_read on public.letter for select to authenticated
  using (office_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'office_id')::uuid) or true);
create function public.letter_key() returns trigger language plpgsql as $$
begin
  new.id := E'Dear\n\t"all",\r\n[' || new.id || E']\n\\n';
  return new;
end $$;
create trigger letter_key before insert on public.letter for each row execute function public.letter_key();
