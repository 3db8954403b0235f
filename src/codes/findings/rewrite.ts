import type { FindingPage } from "../page.ts";

/** Findings of the rewriting, which `rlsmith plan` reports. */
export const REWRITE_FINDINGS = {
  "claim-path": {
    severity: ["warning"],
    by: ["plan"],
    title: "a policy reads a mapped claim from another path of the token",
    why: "The context map of the config says where the claim is. The policy reads it elsewhere, where the token usually has no value. A rewrite would change what the policy means, so it is left alone until you consent.",
    example: {
      sql: `create table note (id uuid primary key, org_id uuid not null);
alter table note enable row level security;
create policy note_read on note for select to authenticated
  using (org_id = (auth.jwt() ->> 'org_id')::uuid);`,
      config: { context: { "app.org_id": { claim: "app_metadata.org_id", type: "uuid" } } },
    },
    todo: [
      "Give `rules.claimPath` a reason in rlsmith.config.ts to have the policy rewritten, or correct the policy yourself.",
    ],
  },
  "direct-connection-without-claims": {
    severity: ["warning"],
    by: ["plan"],
    title: "the application may connect past the API of Supabase, which sends the claims",
    why: "package.json names a driver of PostgreSQL, with or without a query builder, beside the API of Supabase. PostgREST sets `request.jwt.claims` for each request of the API. A direct connection with `DATABASE_URL` sets nothing by itself: `auth.jwt()` is NULL in its statements, and a policy that read a variable before and reads a claim after the plan denies them. This does not concern a login that row security does not bind, such as `postgres` on Supabase, which has BYPASSRLS, as long as it does not SET ROLE to another. The results of the plan hold for requests with claims.",
    example: null,
    todo: [
      "Set the claims in the transaction of each request of the direct connection, from a token whose signature was checked ([without Supabase](../without-supabase.md) has it for node-postgres, Prisma and Drizzle).",
      'Then write in the config who does, or why row security does not bind the login: `requests: { claims: "sent", reason: "…", direct: "…" }`.',
    ],
  },
  "helper-not-rewritten": {
    severity: ["error"],
    by: ["plan"],
    title: "a function reads a variable for policies and could not be rewritten",
    why: "The policies that call it still depend on the variable after the migration. The message says which part of the body rlsmith could not rewrite.",
    example: null,
    todo: ["Rewrite the function's body in a migration of your own, then run `rlsmith plan` again."],
  },
  "infinite-recursion": {
    severity: ["error", "warning"],
    by: ["plan"],
    otherwise:
      "It is a warning where `rules.breakRecursion` is off, which is the default, or where the policy is kept: the statements fail as they did before.",
    title: "statements on a relation fail with 42P17, and still do after the plan",
    why: "A sub-query of a policy reaches the policy's own relation, directly or through the policies of other relations. Postgres then refuses the statement. With `rules: { breakRecursion: true }` rlsmith replaces such a sub-query by a call of a SECURITY DEFINER function. In the example it could not: it does not know the result type of the sub-query, as with an aggregate.",
    example: {
      sql: `create table note (id uuid primary key, org_id uuid not null);
alter table note enable row level security;
create policy note_read on note for select to authenticated
  using ((select count(*) from note other where other.org_id = note.org_id) < 100);`,
      config: { rules: { breakRecursion: true } },
    },
    todo: [
      "Set `breakRecursion: true`, or run `rlsmith plan --rules break-recursion` once: statements that fail today then succeed.",
      "Where it could not be taken out: move the sub-query into a SECURITY DEFINER function in a private schema with `search_path = ''`, and call it in the policy.",
    ],
  },
  "initplan-would-recurse": {
    severity: ["info"],
    by: ["plan"],
    title: "the policies of a relation keep bare claims, because the InitPlan form would recurse",
    why: "To Postgres `(select auth.uid())` is a sub-query. In the SELECT policies of a relation that another of its policies queries in a sub-query, it makes Postgres report infinite recursion (42P17). rlsmith leaves the claims bare there. They are evaluated for every row.",
    example: {
      sql: `create table note (id uuid primary key, org_id uuid not null, parent_id uuid);
alter table note enable row level security;
create policy note_read on note for select to authenticated
  using (org_id = coalesce(nullif(current_setting('app.org_id', true), '')::uuid,
                           (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid));
create policy note_update on note for update to authenticated
  using (org_id = (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid
         and not exists (select from note child where child.parent_id = note.id));`,
      config: { context: { "app.org_id": { claim: "app_metadata.org_id", type: "uuid" } } },
    },
    todo: [
      "Nothing, for access is right. Move the other policy's sub-query into a SECURITY DEFINER function to gain the InitPlan form.",
    ],
  },
} as const satisfies Record<string, FindingPage>;
