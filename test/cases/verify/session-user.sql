-- title: the acting user comes from a session variable
-- door: session-variable
-- object: public.wallets
-- kind: tenancy
-- config: {"context": {"app.user_id": {"claim": "sub", "type": "uuid"}}}
-- why: the policy prefers `app.user_id` to auth.uid(), so the client says who he is. Setting another user's id shows that user's wallet.
create table public.profiles (
  id uuid primary key references auth.users (id) on delete cascade,
  display_name text not null default ''
);
alter table public.profiles enable row level security;
create policy profiles_select on public.profiles for select to authenticated
  using (id = (select auth.uid()));

create table public.wallets (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  balance numeric(12, 2) not null default 0
);
alter table public.wallets enable row level security;
create policy wallets_select on public.wallets for select to authenticated
  using (user_id = coalesce(nullif(current_setting('app.user_id', true), '')::uuid, (select auth.uid())));
