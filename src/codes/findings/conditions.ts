import type { FindingPage } from "../page.ts";

/** Findings about the conditions of policies that always fail, always hold or never hold. */
export const CONDITION_FINDINGS = {
  "policy-recursion": {
    severity: ["error"],
    by: ["inspect"],
    title: "the sub-queries of policies lead back to their own relation",
    why: "A sub-query in a policy reads its relation under that relation's policies. If these lead back to the first relation, Postgres refuses every statement with 42P17, infinite recursion detected in policy. The message shows the cycle.",
    example: {
      sql: `create table venture (id uuid primary key, owner uuid not null);
create table venture_crew (venture_id uuid not null references venture, person uuid not null);
alter table venture enable row level security;
alter table venture_crew enable row level security;
create policy venture_read on venture for select to authenticated
  using (owner = auth.uid() or exists (select from venture_crew c where c.venture_id = venture.id and c.person = auth.uid()));
create policy crew_read on venture_crew for select to authenticated
  using (exists (select from venture v where v.id = venture_crew.venture_id and v.owner = auth.uid()));`,
    },
    todo: [
      "Let `rlsmith plan` take one of the sub-queries out into a SECURITY DEFINER function.",
      "Or write that function yourself: its owner has to bypass the row security of the relation that it reads.",
    ],
  },
  "helper-recursion": {
    severity: ["error", "warning"],
    otherwise:
      "It is a warning where a branch without a call lets some of the rows through, so that not every statement fails.",
    by: ["inspect"],
    title: "a function reads a relation whose policies call the function again",
    why: "A SECURITY INVOKER function reads under the policies of its caller, and a SECURITY DEFINER function under those of its owner unless the owner bypasses them: with FORCE ROW LEVEL SECURITY the owner of a table is bound as well. If such a policy calls the function again, the calls never end, and the statement fails with 54001, stack depth limit exceeded.",
    example: {
      sql: `create table staff (id uuid primary key, org_id uuid not null);
alter table staff enable row level security;
create function my_org() returns uuid language sql stable set search_path = '' as
  $$ select s.org_id from public.staff s where s.id = auth.uid() $$;
create policy staff_org on staff for select to authenticated using (org_id = my_org());`,
    },
    todo: [
      "Make the function SECURITY DEFINER, with an owner that bypasses the row security of the relation: a role with BYPASSRLS, or the owner of a table without FORCE.",
      "Or let the policy of that relation name its rows without the function.",
    ],
  },
  "captured-column": {
    severity: ["error"],
    by: ["inspect"],
    title: "a column name in a sub-query means the sub-query's own relation",
    why: "A name without a relation in front of it means the innermost relation that has such a column. If the relation in FROM has one, the row of the policy is never compared, and the sub-query holds for every row or for rows that the caller chooses.",
    example: {
      sql: `create table member (user_id uuid not null, org_id uuid not null);
create table note (id uuid primary key, org_id uuid not null);
alter table member enable row level security;
alter table note enable row level security;
create policy member_own on member for select to authenticated using (user_id = auth.uid());
create policy note_read on note for select to authenticated
  using (exists (select from member m where m.user_id = auth.uid() and m.org_id = org_id));`,
    },
    todo: ["Write the relation of the policy in front of the name: `m.org_id = note.org_id`."],
  },
  "policy-reads-without-privilege": {
    severity: ["error"],
    by: ["inspect"],
    title: "a policy reads or calls what its roles have no privilege for",
    why: "Postgres evaluates a policy with the rights of the role that runs the statement, and checks the privileges for every relation and function in it when the statement starts. A missing grant makes every statement of that role fail with 42501, whatever the other policies say.",
    example: {
      sql: `create table note (id uuid primary key, author text not null);
alter table note enable row level security;
grant select on note to authenticated;
create policy note_read on note for select to authenticated
  using (author = (select u.email from auth.users u where u.id = auth.uid()));`,
    },
    todo: [
      "Grant the privilege if the role may have it.",
      "Or read the relation through a SECURITY DEFINER function that returns only what the policy needs.",
    ],
  },
  "policy-sub-query-finds-nothing": {
    severity: ["warning"],
    by: ["inspect"],
    title: "row security leaves the sub-query of a policy without rows",
    why: "The sub-query reads under the policies of its own relation. No policy there lets the role read, so EXISTS and IN are always false, and NOT EXISTS is always true.",
    example: {
      sql: `create table org (id uuid primary key);
create table note (id uuid primary key, org_id uuid not null references org);
alter table org enable row level security;
alter table note enable row level security;
grant select on org, note to authenticated;
create policy org_rename on org for update to authenticated using (id = auth.uid());
create policy note_read on note for select to authenticated
  using (exists (select from org o where o.id = note.org_id and o.id = auth.uid()));`,
    },
    todo: ["Give that relation a SELECT policy for the role.", "Or read it through a SECURITY DEFINER function."],
  },
  "policy-without-expression": {
    severity: ["warning"],
    by: ["inspect"],
    title: "a policy has no expression",
    why: "A permissive policy without USING and WITH CHECK lets no row through, and a restrictive one restricts nothing. Usually a tool that writes policies lost the condition.",
    example: {
      sql: `create table note (id uuid primary key, org_id uuid not null);
alter table note enable row level security;
create policy note_own_org on note for all to authenticated;`,
    },
    todo: ["Write the condition with ALTER POLICY, or drop the policy."],
  },
} as const satisfies Record<string, FindingPage>;
