-- title: templates without a school are everybody's, and everybody may write them
-- door: policy
-- object: public.templates
-- kind: tenancy
-- why: `school_id is null or …` is meant for reading, and stands in a policy for all commands. A member of one school changes and deletes what all schools use, and puts something in front of all of them.
create table public.templates (
  id uuid primary key default gen_random_uuid(),
  school_id uuid,
  title text not null
);
alter table public.templates enable row level security;
create policy templates_all on public.templates to authenticated
  using (school_id is null or school_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'school_id')::uuid)) with check (school_id is null or school_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'school_id')::uuid));

create table public.classes (
  id uuid primary key default gen_random_uuid(),
  school_id uuid not null,
  name text not null
);
alter table public.classes enable row level security;
create policy classes_all on public.classes to authenticated using (school_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'school_id')::uuid)) with check (school_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'school_id')::uuid));
