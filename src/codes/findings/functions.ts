import type { FindingPage } from "../page.ts";

/** Findings about functions by which a request gets past policies. */
export const FUNCTION_FINDINGS = {
  "definer-returns-rows": {
    severity: ["error", "info"],
    otherwise: "It is info where the function asks for the value of a unique key.",
    by: ["inspect"],
    title: "a SECURITY DEFINER function returns rows of a protected table and does not ask who calls it",
    why: "The function runs with the rights of its owner, whom row security does not bind. It reads no claim and no variable, so the answer is the same for every caller: rows of all tenants. EXECUTE is granted to PUBLIC unless it is revoked.",
    example: {
      sql: `create table note (id uuid primary key, org_id uuid not null);
alter table note enable row level security;
create policy note_read on note for select to authenticated
  using (org_id = (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid);
create function find_notes(q text) returns setof note language sql stable security definer set search_path = ''
  as $$ select * from public.note n where n.id::text like q || '%' $$;`,
    },
    todo: [
      "Create it SECURITY INVOKER, so that the policies apply.",
      "Or compare the tenant's column with the claim in its query.",
      "Or revoke EXECUTE from PUBLIC and the roles of requests.",
    ],
  },
  "definer-writes-rows": {
    severity: ["error", "warning"],
    otherwise:
      "It is a warning where each statement names the value of a unique key, and for an INSERT that gives no column by which policies decide whose a row is.",
    by: ["inspect"],
    title: "a SECURITY DEFINER function writes rows of a protected table and does not ask who calls it",
    why: "The function runs with the rights of its owner, whom row security does not bind. It reads no claim and no variable, so every caller changes the same rows: those of all tenants, or those of the tenant that an argument names. It need not return anything. EXECUTE is granted to PUBLIC unless it is revoked.",
    example: {
      sql: `create table note (id uuid primary key, org_id uuid not null, archived boolean not null default false);
alter table note enable row level security;
create policy note_read on note for select to authenticated
  using (org_id = (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid);
create function archive_notes(p_org uuid) returns void language sql security definer set search_path = ''
  as $$ update public.note set archived = true where org_id = p_org $$;`,
    },
    todo: [
      "Create it SECURITY INVOKER, so that the policies apply.",
      "Or compare the tenant's column with the claim in each statement that writes, and take the tenant of a new row from the claim.",
      "Or revoke EXECUTE from PUBLIC and the roles of requests.",
      "If every caller is meant to do this, name the function and the commands under `verify.expected` in the config, with the reason.",
    ],
  },
  "immutable-reads-request": {
    severity: ["error", "warning"],
    otherwise: "It is a warning where no policy calls the function.",
    by: ["inspect"],
    title: "an IMMUTABLE function reads a claim or a session variable",
    why: "The planner may evaluate a call of an IMMUTABLE function once and keep the value in the plan. PL/pgSQL and prepared statements keep plans for the connection, and a pooler gives the connection to the next tenant, who then reads the rows of the one before.",
    example: {
      sql: `create table note (id uuid primary key, org_id uuid not null);
alter table note enable row level security;
create function my_org() returns uuid language sql immutable set search_path = ''
  as $$ select (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid $$;
create policy note_read on note for select to authenticated using (org_id = my_org());`,
    },
    todo: ["Run ALTER FUNCTION … STABLE."],
  },
  "leakproof-function": {
    severity: ["error"],
    by: ["inspect"],
    title: "requests may call a LEAKPROOF function that may raise an error",
    why: "LEAKPROOF lets the planner call a function before the policies have been checked. If it raises an error, the message may show a value of a row that the policies hide. Only a superuser can create such a function.",
    example: {
      sql: `create table note (id uuid primary key, org_id uuid not null);
alter table note enable row level security;
create policy note_read on note for select to authenticated
  using (org_id = (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid);
create function norm(v text) returns int language plpgsql immutable leakproof set search_path = ''
  as $$ begin return replace(v, '-', '')::int; end $$;`,
    },
    todo: ["Run ALTER FUNCTION … NOT LEAKPROOF."],
  },
  "table-made-without-rls": {
    severity: ["warning"],
    by: ["inspect"],
    title: "a function makes tables or partitions and does not enable row security",
    why: "A new table starts without row security. A partition does not inherit it: a query that names the partition is subject to the partition's own policies only. Default privileges may grant the new table to requests at once.",
    example: {
      sql: `create table event (org_id uuid, at date) partition by range (at);
alter table event enable row level security;
create policy event_read on event for select to authenticated
  using (org_id = (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid);
create function next_month(name text, low date, high date) returns void language plpgsql set search_path = '' as $$
begin
  execute format('create table public.%I partition of public.event for values from (%L) to (%L)', name, low, high);
end $$;
revoke execute on function next_month(text, date, date) from public, anon, authenticated;`,
    },
    todo: ["Let the function run ALTER TABLE … ENABLE ROW LEVEL SECURITY on the new table."],
  },
  "trigger-reads-variable": {
    severity: ["warning"],
    by: ["inspect"],
    title: "a trigger fills the new row from a session variable",
    why: "Once the application no longer sets the variable, the column is NULL or the trigger raises an error, and inserts fail or write rows without a tenant.",
    example: {
      sql: `create table note (id uuid primary key, org_id uuid not null);
alter table note enable row level security;
create policy note_add on note for insert to authenticated
  with check (org_id = (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid);
create function fill_org() returns trigger language plpgsql set search_path = '' as $$
begin
  new.org_id := nullif(current_setting('app.org_id', true), '')::uuid;
  return new;
end $$;
create trigger note_org before insert on note for each row execute function fill_org();`,
    },
    todo: ["Let the function read the claim.", "Or let the application give the value."],
  },
} as const satisfies Record<string, FindingPage>;
