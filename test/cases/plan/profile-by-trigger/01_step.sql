create table public.profile (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null unique references auth.users (id) on delete cascade,
  handle text not null unique
);
alter table public.profile enable row level security;
create policy profile_own on public.profile for all to authenticated
  using (user_id = auth.uid()) with check (user_id = auth.uid());
create function public.new_profile() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  insert into public.profile (user_id, handle) values (new.id, 'u' || left(new.id::text, 8));
  return new;
end $$;
create trigger new_profile after insert on auth.users for each row execute function public.new_profile();
