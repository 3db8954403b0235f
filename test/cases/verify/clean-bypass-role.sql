-- title: roles with BYPASSRLS that no role of requests may become, or that hold no grant
-- door: none
-- why: a job of the platform has BYPASSRLS and is a member of the role of requests, not the other way round. The role that requests may become by SET ROLE holds no privilege on any table, so nothing is reached as it.
do $$ begin create role kiln_jobs nologin bypassrls; exception when duplicate_object then null; end $$;
do $$ begin create role kiln_idle nologin bypassrls; exception when duplicate_object then null; end $$;
grant authenticated to kiln_jobs;
grant kiln_idle to authenticated;
create table public.firings (id uuid primary key default gen_random_uuid(), studio_id uuid not null, glaze text not null);
alter table public.firings enable row level security;
create policy firings_all on public.firings to authenticated
  using (studio_id = (select (auth.jwt() -> 'app_metadata' ->> 'studio_id')::uuid))
  with check (studio_id = (select (auth.jwt() -> 'app_metadata' ->> 'studio_id')::uuid));
create policy firings_jobs on public.firings to kiln_jobs using (true);
revoke all on public.firings from public, anon;
grant select on public.firings to kiln_jobs;
