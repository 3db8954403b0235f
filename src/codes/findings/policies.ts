import type { FindingPage } from "../page.ts";

/** Findings about one policy. */
export const POLICY_FINDINGS = {
  "fails-open": {
    severity: ["error"],
    by: ["inspect", "plan"],
    title: "a policy is true for every row when its variable is unset or empty",
    why: "A connection starts without the variable, and a pooler hands out connections on which it is empty. Such a request reads the rows of all tenants. The rewritten policy would have the same gap for a token without the claim.",
    example: {
      sql: `create table note (id uuid primary key, org_id uuid not null);
alter table note enable row level security;
create policy note_read on note for select to authenticated
  using (nullif(current_setting('app.org_id', true), '') is null
         or org_id = nullif(current_setting('app.org_id', true), '')::uuid);`,
    },
    todo: [
      "Remove the condition that is true without a value, so that a missing value denies.",
      "Give the jobs that rely on it a database role of their own, with a policy for that role.",
    ],
  },
  "permissive-always-false": {
    severity: ["warning"],
    by: ["inspect"],
    title: "a permissive policy is always false",
    why: "Permissive policies are combined with OR. A policy that is always false adds no row, and it does not deny a row that another policy allows. Its author usually meant to deny.",
    example: {
      sql: `create table note (id uuid primary key, org_id uuid not null);
alter table note enable row level security;
create policy note_no_delete on note for delete to authenticated using (false);`,
    },
    todo: [
      "Create the policy AS RESTRICTIVE if it is meant to deny.",
      "Drop it otherwise: without a permissive policy the command is denied anyway. The rule `deny-policy` does either.",
    ],
  },
  "bypass-flag": {
    severity: ["error"],
    by: ["inspect"],
    title: "a session variable switches a policy off",
    why: "Every client that can run SQL can set a custom variable. A client that sets this one is no longer bound by the policy.",
    example: {
      sql: `create table note (id uuid primary key, org_id uuid not null);
alter table note enable row level security;
create policy note_read on note for select to authenticated
  using (current_setting('app.bypass_rls', true) = 'on'
         or org_id = (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid);`,
    },
    todo: [
      "Decide the flag under `flags` in rlsmith.config.ts: `remove` takes it out of the policy, `role` replaces it by membership in a database role.",
    ],
  },
  "user-metadata-decides-access": {
    severity: ["error"],
    by: ["inspect"],
    title: "a policy reads a claim that users can write themselves",
    why: "Supabase Auth lets every signed-in user update `user_metadata`. A user who writes the id of another tenant there gets its rows with the next token.",
    example: {
      sql: `create table note (id uuid primary key, org_id uuid not null);
alter table note enable row level security;
create policy note_read on note for select to authenticated
  using (org_id = (auth.jwt() -> 'user_metadata' ->> 'org_id')::uuid);`,
    },
    todo: ["Keep the value in `app_metadata`, which only the server writes, and read it from there."],
  },
  "policy-for-missing-role": {
    severity: ["warning"],
    by: ["inspect"],
    title: "a policy is for a role that does not exist",
    why: "The policy applies to no role. Postgres refuses to drop a role that a policy names, so this is rare: the system catalogs were edited, or a catalog was read from a file.",
    example: null,
    todo: ["Create the role, or name one that exists with ALTER POLICY … TO."],
  },
  "policy-for-bypassing-role": {
    severity: ["info"],
    by: ["inspect"],
    title: "a policy is for a role that row security does not bind",
    why: "A superuser and a role with BYPASSRLS see every row whatever the policies say. The policy has no effect, and it suggests that it has one.",
    example: {
      sql: `create table note (id uuid primary key, org_id uuid not null);
alter table note enable row level security;
create policy note_service on note for select to service_role using (true);`,
    },
    todo: ["Drop the policy."],
  },
  "tenancy-from-unprotected-relation": {
    severity: ["error"],
    by: ["inspect"],
    title: "a policy leaves tenancy to a relation without row security",
    why: "The policy shows a row if a sub-query finds a row of another relation. It names no tenant itself: it relies on the policies of that relation. Row security is off there, so the sub-query finds the rows of every tenant.",
    example: {
      sql: `create table project (id uuid primary key, org_id uuid not null);
revoke all on project from anon, authenticated;
create table task (id uuid primary key, project_id uuid references project);
alter table task enable row level security;
create policy task_read on task for select to authenticated
  using (exists (select from project p where p.id = task.project_id));`,
    },
    todo: [
      "Enable row security on that relation and give it a policy.",
      "Or compare the tenant's column in the sub-query of this policy.",
    ],
  },
  "claim-path-mismatch": {
    severity: ["error", "warning"],
    otherwise:
      "It is a warning where no function writes the claim, and the path is only the one that other policies use.",
    by: ["inspect", "claims"],
    title: "a policy reads a claim from another path of the token than the one it is written to",
    why: "The token has no value at the path that the policy reads. The comparison is NULL, and the policy denies every request.",
    example: {
      sql: `create table member (id uuid primary key, user_id uuid not null, org_id uuid not null);
alter table member enable row level security;
create function sync_member() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  update auth.users set raw_app_meta_data = raw_app_meta_data || jsonb_build_object('org_id', new.org_id)
  where id = new.user_id;
  return new;
end $$;
create trigger member_sync after insert or update on member for each row execute function sync_member();
create policy member_read on member for select to authenticated
  using (org_id = (auth.jwt() ->> 'org_id')::uuid);`,
    },
    todo: [
      "Give `rules.claimPath` a reason in rlsmith.config.ts to have the policy rewritten: it changes what the policy means.",
      "Or correct the path in a migration of your own.",
    ],
  },
} as const satisfies Record<string, FindingPage>;
