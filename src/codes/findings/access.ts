import type { FindingPage } from "../page.ts";

/** Findings about rows that are open to every tenant. */
export const ACCESS_FINDINGS = {
  "table-without-rls": {
    severity: ["error"],
    by: ["inspect"],
    title: "a table without row security can be read or written by requests",
    why: "Without row security a grant alone decides. Every role that holds it reads or writes all rows, whichever tenant they are of.",
    example: {
      sql: `create table note (id uuid primary key, org_id uuid not null);
alter table note enable row level security;
create policy note_read on note for select to authenticated
  using (org_id = (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid);
create table note_file (id uuid primary key, org_id uuid not null, path text);
grant select on note_file to authenticated;`,
    },
    todo: [
      "Run ALTER TABLE … ENABLE ROW LEVEL SECURITY and create policies.",
      "Or revoke the grants, if only the server uses the table.",
    ],
  },
  "policy-always-true": {
    severity: ["warning", "error"],
    otherwise: "It is an error where rows may be written.",
    by: ["inspect"],
    title: "a policy is true for every row of a table whose rows have an owner",
    why: "Permissive policies are combined with OR. One that is always true makes the others void, and every role that it is for reads or writes the rows of all tenants.",
    example: {
      sql: `create table memo (id uuid primary key, org_id uuid not null);
alter table memo enable row level security;
create policy memo_own on memo for select to authenticated
  using (org_id = (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid);
create table note (id uuid primary key, org_id uuid not null);
alter table note enable row level security;
create policy note_all on note for select to authenticated using (true);`,
    },
    todo: [
      "Compare the column of the tenant with the caller's claim.",
      "If the rows are meant for everybody, declare the table under `verify.shared` or the policy under `verify.expected` in rlsmith.config.ts.",
    ],
  },
  "truncate-granted": {
    severity: ["warning"],
    by: ["inspect"],
    title: "a role of requests may TRUNCATE a table with row security",
    why: "TRUNCATE is not subject to row security (PostgreSQL manual, 5.9). One statement removes the rows of every tenant. GRANT ALL contains it.",
    example: {
      sql: `create table note (id uuid primary key, org_id uuid not null);
alter table note enable row level security;
create policy note_read on note for select to authenticated
  using (org_id = (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid);
revoke all on note from anon, authenticated;
grant select, truncate on note to authenticated;`,
    },
    todo: ["Run REVOKE TRUNCATE, and grant SELECT, INSERT, UPDATE and DELETE by name."],
  },
  "owner-not-forced": {
    severity: ["warning"],
    by: ["inspect"],
    title: "no policy applies to the owner of a table, and requests run as the owner",
    why: "Row security does not apply to the owner of a table, unless it is forced. An application that logs in as the owner, or a role of requests that is a member of the owner, sees every row.",
    example: {
      sql: `create table note (id uuid primary key, org_id uuid not null);
do $$ begin create role note_owner login; exception when duplicate_object then null; end $$;
grant usage, create on schema public to note_owner;
alter table note owner to note_owner;
alter table note enable row level security;
create policy note_read on note for select
  using (org_id = nullif(current_setting('app.org_id', true), '')::uuid);`,
    },
    todo: [
      "Run ALTER TABLE … FORCE ROW LEVEL SECURITY.",
      "Or let the application log in as a role that owns no table.",
    ],
  },
  "bypass-by-set-role": {
    severity: ["error"],
    by: ["inspect"],
    title: "a role of requests may become a role that row security does not bind",
    why: "BYPASSRLS and SUPERUSER are not inherited, but SET ROLE takes them. A client that runs SQL, or a token that names the role, is then subject to no policy. From PostgreSQL 16 on a membership allows it only if it was granted WITH SET TRUE, which is the default.",
    example: {
      sql: `do $$ begin create role note_jobs bypassrls; exception when duplicate_object then null; end $$;
grant note_jobs to authenticated;`,
    },
    todo: [
      "Run REVOKE, and let the jobs log in as a role of their own.",
      "From PostgreSQL 16 on, GRANT … WITH SET FALSE keeps the privileges and refuses SET ROLE.",
    ],
  },
  "rule-writes-as-owner": {
    severity: ["error"],
    by: ["inspect"],
    title: "a rule writes to a protected table with the rights of the owner",
    why: "The actions of a rule run with the rights of the owner of the rule's relation (PostgreSQL manual, 41.5). Row security that does not bind that owner does not apply, and a request changes the rows of another tenant by a row of its own.",
    example: {
      sql: `create table balance (member_no int primary key, org_id uuid not null, total numeric not null);
alter table balance enable row level security;
create policy balance_read on balance for select to authenticated
  using (org_id = (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid);
create table tip (id uuid primary key, org_id uuid not null, member_no int, amount numeric);
alter table tip enable row level security;
create policy tip_add on tip for insert to authenticated
  with check (org_id = (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid);
create rule tip_counts as on insert to tip do also
  update balance set total = total + new.amount where member_no = new.member_no;`,
    },
    todo: [
      "Add the tenant's column to the condition of the action: `and org_id = new.org_id`.",
      "Or write a trigger, whose function is SECURITY INVOKER.",
    ],
  },
} as const satisfies Record<string, FindingPage>;
