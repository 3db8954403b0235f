import type { FindingPage } from "../page.ts";
import { member, orgId, policy, row, sync, trigger, user, userId } from "./member-example.ts";

const BASE = `${member()}${sync()}${trigger()}`;
const HOOKED = "It is a note where a custom access token hook sets the claims.";
const UNREADABLE =
  "The login may not read the tables that hold it, or an expression of the source raised an error. The message says which. What is unknown is not counted as right.";

/** Findings about members' claims, tokens and hooks, which `rlsmith claims` reports. */
export const MEMBER_FINDINGS = {
  "claims-stale": {
    severity: ["error", "warning", "info"],
    otherwise: `It is a warning while the active rows are not known. ${HOOKED}`,
    by: ["claims"],
    title: "users have other claims than their row gives",
    why: "The policies show them the rows of before: of another tenant, or with a role that they have lost.",
    example: {
      sql: `${BASE}${user(1)}${row(1)}update auth.users set raw_app_meta_data = '{"org_id": "${orgId(2)}"}';\n`,
    },
    todo: [
      "Find out what changed the claims or the rows past the trigger.",
      "Run `rlsmith claims --fix`, which writes a back-fill.",
    ],
  },
  "claims-missing": {
    severity: ["error", "warning", "info"],
    otherwise: `It is a warning while the active rows are not known. ${HOOKED}`,
    by: ["claims"],
    title: "active members have no claims",
    why: "Policies that read claims deny them everything. This is the outage of a move to claims that comes before the back-fill.",
    example: { sql: `${BASE}${user(1)}${row(1)}update auth.users set raw_app_meta_data = '{}';\n` },
    todo: ["Run `rlsmith claims --fix`, which writes a back-fill, before you apply a plan."],
  },
  "claims-orphaned": {
    severity: ["error", "info"],
    otherwise: HOOKED,
    by: ["claims"],
    title: "users have claims and no active row",
    why: "They were members once. Their next token still opens the tenant's rows.",
    example: {
      sql: `${BASE}${user(1)}update auth.users set raw_app_meta_data = '{"org_id": "${orgId(1)}"}' where id = '${userId(1)}';\n`,
    },
    todo: [
      "Run `rlsmith claims --fix`, which removes the claims.",
      "Revoke the sessions of these users if they must not act until their tokens expire.",
    ],
  },
  "claims-ambiguous": {
    severity: ["warning", "info"],
    otherwise: HOOKED,
    by: ["claims"],
    title: "users have several active rows that give different claims",
    why: "A token has one value for each claim. Which of the rows gave it depends on the order in which they were written.",
    example: null,
    todo: [
      "Decide which row counts, with a column such as `is_current` in `claimsSync.active`.",
      "Or put a list into the claim.",
    ],
  },
  "claims-without-user": {
    severity: ["info"],
    by: ["claims"],
    title: "rows of the source name users that do not exist",
    why: "There is no row in `auth.users` with that id. No one can sign in as that user, so no claims are missing.",
    example: { sql: `${BASE}${row(1)}` },
    todo: ["Delete the rows if the users are gone. A foreign key to `auth.users` keeps new ones away."],
  },
  "claims-of-members-unknown": {
    severity: ["warning"],
    by: ["claims"],
    title: "the claims of the members could not be compared with their source",
    why: UNREADABLE,
    example: null,
    todo: ["Connect as a role that may read the source and `auth.users` past row security: on Supabase `postgres`."],
  },
  "claims-in-user-metadata": {
    severity: ["error", "info"],
    otherwise: "It is a note where users have such a key and no policy reads it.",
    by: ["claims"],
    title: "values that decide access are in metadata that users write themselves",
    why: "Supabase Auth lets every signed-in user update `user_metadata`. A policy or function that reads it, or a sync that writes it, trusts the user.",
    example: { sql: `${BASE}${policy("org_id = (auth.jwt() -> 'user_metadata' ->> 'org_id')::uuid")}` },
    todo: ["Keep the value in `app_metadata`, which only the server writes, and read it from there."],
  },
  "user-metadata-unknown": {
    severity: ["warning"],
    by: ["claims"],
    title: "the users with a claim's key in their own metadata could not be counted",
    why: UNREADABLE,
    example: null,
    todo: ["Connect as a role that may read `auth.users`: on Supabase `postgres`."],
  },
  "claims-settable": {
    severity: ["error", "warning"],
    otherwise:
      "It is a warning where the function checks something first: read the function to see whether the check suffices.",
    by: ["claims"],
    title: "users can call a function that writes claims from its arguments",
    why: "The function is SECURITY DEFINER and PUBLIC, anon or authenticated may execute it. Its caller chooses the claims.",
    example: {
      sql: `${BASE}create function join_org(p_org uuid) returns void language sql security definer set search_path = ''
as $$
  update auth.users set raw_app_meta_data = raw_app_meta_data || jsonb_build_object('org_id', p_org) where id = auth.uid()
$$;
`,
    },
    todo: ["Revoke EXECUTE from PUBLIC, anon and authenticated.", "Or let the function read the values from tables."],
  },
  "custom-access-token-hook": {
    severity: ["info"],
    by: ["claims"],
    title: "a function can make the claims of a token",
    why: "Supabase Auth calls a custom access token hook before it signs a token. Where it is switched on, `auth.users` does not decide the claims. The database does not record whether it is switched on.",
    example: {
      sql: `${BASE}create function token_hook(event jsonb) returns jsonb language sql stable as $$
  select jsonb_set(event, '{claims,app_metadata,org_id}', to_jsonb((select org_id from public.member where user_id = (event ->> 'user_id')::uuid)))
$$;
grant execute on function token_hook to supabase_auth_admin;
revoke execute on function token_hook from public, anon, authenticated;
`,
    },
    todo: ["See in the project's settings whether the hook is switched on, and read the hook if it is."],
  },
  "hook-claims-differ": {
    severity: ["error", "warning"],
    otherwise: "It is a warning while the active rows are not known.",
    by: ["claims"],
    title: "the hook returns other claims than the source row gives",
    why: "Either the hook or the declared source is wrong. If the hook is switched on, it decides what the policies see.",
    example: null,
    todo: ["Correct whichever of the two is wrong: the hook, or `claimsSync` in rlsmith.config.ts."],
  },
  "hook-call-failed": {
    severity: ["warning"],
    by: ["claims"],
    title: "the hook raised an error for active members",
    why: "rlsmith calls the hook in a read-only transaction as your login. If Supabase Auth gets the same error, these members cannot sign in.",
    example: null,
    todo: [
      "25006 means that the hook writes: it cannot be called here, and may be right.",
      "42501 means that your login lacks a privilege which `supabase_auth_admin` may have.",
      "Call the hook by hand for any other SQLSTATE.",
    ],
  },
  "stale-tokens": {
    severity: ["info", "warning"],
    otherwise: "It is a warning where `--since` named the time of the change.",
    by: ["claims"],
    title: "users may hold a token that was issued before a change",
    why: "A token keeps the claims that it was signed with until it expires. Until then the policies act on the claims of before the change.",
    example: null,
    todo: [
      "Wait until the last of these tokens has expired.",
      "Or make the policies look the active row up: the rule `live-role`.",
    ],
  },
  "stale-tokens-unknown": {
    severity: ["warning"],
    by: ["claims"],
    title: "the users with a token from before a change could not be counted",
    why: UNREADABLE,
    example: null,
    todo: ["Connect as a role that may read `auth.sessions`: on Supabase `postgres`."],
  },
  "age-of-tokens-unknown": {
    severity: ["warning"],
    by: ["claims"],
    title: "the age of the tokens in use could not be read",
    why: UNREADABLE,
    example: null,
    todo: ["Connect as a role that may read `auth.sessions`: on Supabase `postgres`."],
  },
} as const satisfies Record<string, FindingPage>;
