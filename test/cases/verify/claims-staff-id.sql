-- title: the staff id of the token counts without the tenant
-- door: claims
-- object: public.shifts
-- kind: tenancy
-- why: the policy compares the staff id only, though the token says the tenant too, and nothing makes the two belong together. A token of tenant A with a staff id that belongs to tenant B, left over from a change of employer, reads B's shifts.
create table public.staff (
  id uuid primary key default gen_random_uuid(),
  gym_id uuid not null,
  name text not null,
  unique (gym_id, id)
);
alter table public.staff enable row level security;
create policy staff_select on public.staff for select to authenticated
  using (gym_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'gym_id')::uuid));

create table public.shifts (
  id uuid primary key default gen_random_uuid(),
  gym_id uuid not null,
  staff_id uuid not null,
  starts_at timestamptz not null default now(),
  foreign key (gym_id, staff_id) references public.staff (gym_id, id)
);
alter table public.shifts enable row level security;
create policy shifts_select on public.shifts for select to authenticated
  using (staff_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'staff_id')::uuid));
