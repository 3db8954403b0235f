-- title: rows may be written in another user's name
-- door: policy
-- object: public.transfers
-- kind: tenancy
-- why: the INSERT policy asks for a login and not that the row be the user's own. A blind INSERT orders a transfer in the name of somebody else, who then finds it among his.
create table public.accounts (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  iban text not null default ''
);
alter table public.accounts enable row level security;
create policy accounts_select on public.accounts for select to authenticated
  using (user_id = (select auth.uid()));

create table public.transfers (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  amount numeric(12, 2) not null
);
alter table public.transfers enable row level security;
create policy transfers_select on public.transfers for select to authenticated
  using (user_id = (select auth.uid()));
create policy transfers_insert on public.transfers for insert to authenticated
  with check ((select auth.uid()) is not null);
