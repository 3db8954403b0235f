-- title: a table that came later never got row security
-- door: rls-off
-- object: public.invoice_lines
-- kind: tenancy
-- why: Supabase's default privileges grant everything on a new table in public to anon and authenticated, and without row security nothing else stands in the way. An attacker asks the REST API for the table by its name.
create table public.clinics (id uuid primary key default gen_random_uuid(), name text not null);
alter table public.clinics enable row level security;
create policy clinics_select on public.clinics for select to authenticated
  using (id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'clinic_id')::uuid));

create table public.invoices (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null references public.clinics (id),
  total numeric(12, 2) not null default 0,
  unique (clinic_id, id)
);
alter table public.invoices enable row level security;
create policy invoices_select on public.invoices for select to authenticated
  using (clinic_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'clinic_id')::uuid));
create policy invoices_insert on public.invoices for insert to authenticated
  with check (clinic_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'clinic_id')::uuid));
create policy invoices_update on public.invoices for update to authenticated
  using (clinic_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'clinic_id')::uuid))
  with check (clinic_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'clinic_id')::uuid));
create policy invoices_delete on public.invoices for delete to authenticated
  using (clinic_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'clinic_id')::uuid));

create table public.invoice_lines (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null,
  invoice_id uuid not null,
  label text not null,
  foreign key (clinic_id, invoice_id) references public.invoices (clinic_id, id)
);
