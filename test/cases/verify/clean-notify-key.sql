-- title: a trigger sends the key of a new row
-- door: none
-- why: The payload is the key alone; the listener has to read the row, and row security applies then.
create table public.notes (id uuid primary key default gen_random_uuid(), org_id uuid not null, body text not null);
alter table public.notes enable row level security;
create policy notes_own on public.notes to authenticated using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid)) with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));

create table public.chats (id uuid primary key default gen_random_uuid(), org_id uuid not null, body text not null);
alter table public.chats enable row level security;
create policy chats_own on public.chats to authenticated using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid)) with check (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
create function public.tell() returns trigger language plpgsql security definer set search_path = '' as $$ begin perform pg_notify('chats', new.id::text); return new; end $$;
create trigger chat_said after insert on public.chats for each row execute function public.tell();
