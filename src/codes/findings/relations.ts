import type { FindingPage } from "../page.ts";

/** Findings about a relation, a column or a function of the catalog. */
export const RELATION_FINDINGS = {
  "rls-off-with-policies": {
    severity: ["error"],
    by: ["inspect"],
    title: "a table has policies, but its row security is off",
    why: "CREATE POLICY does not enable row security. Until it is enabled no policy applies, and every role with a grant reads and writes all rows.",
    example: {
      sql: `create table note (id uuid primary key, org_id uuid not null);
create policy note_read on note for select to authenticated
  using (org_id = (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid);`,
    },
    todo: ["Run ALTER TABLE … ENABLE ROW LEVEL SECURITY, and test that the policies allow what the application needs."],
  },
  "rls-without-policies": {
    severity: ["info"],
    by: ["inspect"],
    title: "row security is on and the table has no policy",
    why: "Without a policy every row is denied, except to the owner and to roles that bypass row security. That is right for a table that only the server uses.",
    example: {
      sql: `create table note (id uuid primary key, org_id uuid not null);
alter table note enable row level security;`,
    },
    todo: ["Nothing, if clients are not meant to use the table. Create policies otherwise."],
  },
  "partition-without-rls": {
    severity: ["error"],
    by: ["inspect"],
    title: "a partition of a protected table has no row security",
    why: "A query of the partitioned table is subject to that table's policies only. A query that names the partition is subject to the partition's own policies. Row security is off there, so it returns every row.",
    example: {
      sql: `create table event (org_id uuid, at date) partition by range (at);
alter table event enable row level security;
create policy event_read on event for select to authenticated
  using (org_id = (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid);
create table event_2026 partition of event for values from ('2026-01-01') to ('2027-01-01');`,
    },
    todo: [
      "Enable row security on the partition. Without a policy of its own it is then closed to direct queries.",
      "Or revoke the grants on the partition.",
    ],
  },
  "view-without-security-invoker": {
    severity: ["warning"],
    by: ["inspect"],
    title: "a view reads protected tables with the rights of its owner",
    why: "A view is subject to the policies that bind its owner, unless it was created with `security_invoker`. Here the owner is not bound by the row security of some table, so a role that may read the view may see rows of all tenants. A materialized view has no row security at all: it holds the rows that its owner saw.",
    example: {
      sql: `create table note (id uuid primary key, org_id uuid not null);
alter table note enable row level security;
create policy note_read on note for select to authenticated
  using (org_id = (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid);
create view recent_note as select * from note;
revoke all on recent_note from anon;
grant select on recent_note to authenticated;`,
    },
    todo: [
      "Run ALTER VIEW … SET (security_invoker = true), from PostgreSQL 15 on.",
      "Revoke the grants on a materialized view, or let clients read it through a function that names the tenant.",
    ],
  },
  "default-reads-variable": {
    severity: ["warning"],
    by: ["inspect", "plan"],
    title: "a column's default or generation expression reads a session variable",
    why: "Once the application no longer sets the variable, the default is NULL or raises an error, and inserts fail or write rows without a tenant.",
    example: {
      sql: `create table note (
  id uuid primary key,
  org_id uuid not null default nullif(current_setting('app.org_id', true), '')::uuid
);
alter table note enable row level security;
create policy note_write on note for insert to authenticated
  with check (org_id = (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid);`,
    },
    todo: [
      'Set `columnDefaults: "rewrite"` in rlsmith.config.ts to let the default read the claim.',
      "Or let the application give the value. A generated column needs a trigger instead.",
    ],
  },
  "caller-chooses-context": {
    severity: ["warning"],
    by: ["inspect"],
    title: "a client can call a function that sets a variable from its argument",
    why: "The policies read the variable. A role that may execute the function chooses the tenant whose rows the policies show.",
    example: {
      sql: `create table note (id uuid primary key, org_id uuid not null);
alter table note enable row level security;
create policy note_read on note for select to authenticated
  using (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
create function set_org(p_org uuid) returns text language sql
  as $$ select set_config('app.org_id', p_org::text, true) $$;`,
    },
    todo: [
      "Revoke EXECUTE on the function from PUBLIC, anon and authenticated.",
      "Or look the tenant up from `auth.uid()` inside the function, instead of taking it as an argument.",
    ],
  },
  "setting-name-made-at-run-time": {
    severity: ["warning"],
    by: ["inspect"],
    title: "a function sets a variable whose name it computes",
    why: "The name is not in the function's text. rlsmith cannot tell which variables the function sets, so it is not counted as one that sets a mapped variable.",
    example: {
      sql: `create function put(key text, value text) returns text language sql
  as $$ select set_config('app.' || key, value, true) $$;`,
    },
    todo: ["Read the callers of the function, and find out whether they set a variable that a policy reads."],
  },
  "definer-without-search-path": {
    severity: ["warning"],
    by: ["inspect"],
    title: "a SECURITY DEFINER function handles a session variable and has no search_path of its own",
    why: "The function runs with the rights of its owner and with the search_path of its caller. A caller who creates a function or operator of the same name in an earlier schema has it executed as the owner.",
    example: {
      sql: `create function current_org() returns uuid language sql stable security definer
  as $$ select nullif(current_setting('app.org_id', true), '')::uuid $$;`,
    },
    todo: ["Run ALTER FUNCTION … SET search_path = '', and qualify the names in its body."],
  },
  "opaque-function": {
    severity: ["warning"],
    by: ["inspect"],
    title: "a policy calls a function that rlsmith cannot read",
    why: "Its language is neither SQL nor PL/pgSQL, or it builds SQL or the name of a variable at run time. rlsmith does not know whether the policy depends on a session variable.",
    example: {
      sql: `create table note (id uuid primary key, org_id uuid not null);
alter table note enable row level security;
create function setting_is_on(key text) returns boolean language sql stable
  as $$ select current_setting(key, true) = 'on' $$;
create policy note_read on note for select to authenticated
  using (org_id = (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid and setting_is_on('app.notes'));`,
    },
    todo: ["Read the function. If it reads a mapped variable, rewrite it in a migration of your own and plan again."],
  },
} as const satisfies Record<string, FindingPage>;
