-- title: a cookie that is merely present opens every row
-- door: session-variable
-- object: public.payslips
-- kind: tenancy
-- why: a cookie is what the client sends, as a header is; its value does not matter here.
create table public.payslips (id uuid primary key default gen_random_uuid(), company_id uuid not null, month text not null);
alter table public.payslips enable row level security;
create policy payslips_company on public.payslips for select to authenticated
  using (company_id = (select (auth.jwt() -> 'app_metadata' ->> 'company_id')::uuid)
    or (current_setting('request.cookies', true)::json ->> 'Support_Session') is not null);
