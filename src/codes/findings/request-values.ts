import type { FindingPage } from "../page.ts";

/** Findings about policies that open more than was meant, and about values of the request that are missing. */
export const REQUEST_VALUE_FINDINGS = {
  "policy-adds-nothing": {
    severity: ["warning"],
    by: ["inspect"],
    title: "a permissive policy lets nothing through that another one does not",
    why: "Permissive policies are combined with OR. The condition of this policy implies that of another policy for the same roles and commands, so it changes nothing. Often it was meant to restrict, and the wider policy is the mistake.",
    example: {
      sql: `create table note (id uuid primary key, owner uuid not null, pinned boolean not null);
alter table note enable row level security;
create policy note_own on note for select to authenticated using (owner = auth.uid());
create policy note_pinned on note for select to authenticated using (owner = auth.uid() and pinned);`,
    },
    todo: [
      "Drop the policy that adds nothing.",
      "Or narrow the wider one, or make this one RESTRICTIVE, if it was meant to restrict.",
    ],
  },
  "for-all-opens-writing": {
    severity: ["error"],
    by: ["inspect"],
    title: "a FOR ALL policy opens rows to everybody for writing",
    why: "FOR ALL applies its USING to UPDATE and DELETE as well, and to INSERT where there is no WITH CHECK. A branch that looks at a column alone, such as `is_public`, was meant for reading: with it, every caller may change and delete those rows.",
    example: {
      sql: `create table note (id uuid primary key, owner uuid not null, is_public boolean not null);
alter table note enable row level security;
grant select, insert, update, delete on note to authenticated;
create policy note_access on note for all to authenticated using (is_public or owner = auth.uid());`,
    },
    todo: [
      "Make it a SELECT policy, and write policies for INSERT, UPDATE and DELETE that name the caller.",
      "Take the privileges for writing away if nobody should write.",
    ],
  },
  "presence-without-nullif": {
    severity: ["warning"],
    by: ["inspect"],
    title: "a test for NULL of a session variable changes its answer after the first use of the connection",
    why: "`current_setting(x, true)` is NULL only until the variable is set for the first time on a connection. After a SET LOCAL its value is '' and never NULL again. Behind a pooler the same request passes on a fresh connection and fails on a used one, or the other way round.",
    example: {
      sql: `create table org (id uuid primary key, owner uuid not null);
alter table org enable row level security;
create policy org_pick on org for select to authenticated
  using (current_setting('app.org_id', true) is null and owner = auth.uid());`,
    },
    todo: ["Test `NULLIF(current_setting(x, true), '')`, which is NULL in both states."],
  },
  "cast-without-nullif": {
    severity: ["warning"],
    by: ["inspect"],
    title: "a cast of a session variable fails after the first use of the connection",
    why: "The author asked for NULL where the variable is unset. After a SET LOCAL the variable is '' for the rest of the connection, and a cast of '' raises 22P02. Postgres evaluates all permissive policies of a statement, so one such cast breaks statements that another policy allows.",
    example: {
      sql: `create table note (id uuid primary key, org_id uuid not null);
alter table note enable row level security;
create policy note_read on note for select to authenticated
  using (org_id = current_setting('app.org_id', true)::uuid);`,
    },
    todo: [
      "Write `NULLIF(current_setting(x, true), '')::uuid`.",
      "A policy that the plan rewrites no longer reads the variable.",
    ],
  },
  "constant-tenant-fallback": {
    severity: ["warning"],
    by: ["inspect"],
    title: "a request without a tenant is given a constant one",
    why: "A value of the request is replaced by a constant where it is missing. A request that names no tenant reaches the rows with that constant, and so does every request whose token or variable was forgotten.",
    example: {
      sql: `create table note (id uuid primary key, org_id uuid not null);
alter table note enable row level security;
create policy note_read on note for select to authenticated
  using (org_id = coalesce((auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid, '00000000-0000-0000-0000-000000000001'::uuid));`,
    },
    todo: ["Let the missing value be NULL: a comparison with NULL lets no row through."],
  },
} as const satisfies Record<string, FindingPage>;
