-- title: a reporting view in its own schema is granted to logged-in users
-- door: view
-- object: reporting.lab_results
-- kind: tenancy
-- why: the view lives in another schema than the table, but owner's rights count all the same, and USAGE and SELECT were given. security_barrier is about leaky functions, not about whose rights are used.
create table public.lab_samples (
  id uuid primary key default gen_random_uuid(),
  lab_id uuid not null,
  substance text not null,
  reading numeric not null
);
alter table public.lab_samples enable row level security;
create policy lab_samples_select on public.lab_samples for select to authenticated
  using (lab_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'lab_id')::uuid));
create policy lab_samples_insert on public.lab_samples for insert to authenticated
  with check (lab_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'lab_id')::uuid));
create policy lab_samples_update on public.lab_samples for update to authenticated
  using (lab_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'lab_id')::uuid))
  with check (lab_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'lab_id')::uuid));
create policy lab_samples_delete on public.lab_samples for delete to authenticated
  using (lab_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'lab_id')::uuid));

create schema reporting;
grant usage on schema reporting to authenticated;
create view reporting.lab_results with (security_barrier = true) as
  select lab_id, substance, avg(reading) as mean from public.lab_samples group by lab_id, substance;
grant select on reporting.lab_results to authenticated;
