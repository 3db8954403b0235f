-- title: every crew is readable, in a cycle of references that may not be null
-- door: policy
-- object: public.crews
-- kind: tenancy
-- why: USING (true). A crew and its captain reference each other, so neither can be inserted first unless the reference is checked at the end.
create table public.crews (id uuid primary key, org_id uuid not null, captain uuid not null);
create table public.sailors (
  id uuid primary key,
  org_id uuid not null,
  crew uuid not null references public.crews (id)
);
alter table public.crews add constraint crews_captain foreign key (captain) references public.sailors (id)
  deferrable initially deferred;
alter table public.crews enable row level security;
create policy crews_read on public.crews for select to authenticated using (true);
alter table public.sailors enable row level security;
create policy sailors_read on public.sailors for select to authenticated
  using (org_id = (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid);
