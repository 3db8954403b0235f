import type { ErrorPage } from "../page.ts";

/** Errors in making, writing and reading a plan. */
export const PLAN_ERRORS = {
  OPEN_DECISIONS: {
    kind: "open-decision",
    title: "a decision is open",
    why: "A policy reads a variable without a claim to fall back on, a variable has no claim, or a bypass flag is undecided. Each choice changes who may do what, so rlsmith does not make it. No file was written.",
    todo: ["Decide each of them in rlsmith.config.ts, with a reason, and run `rlsmith plan` again."],
  },
  CLAIMS_NOT_SENT: {
    kind: "open-decision",
    title: "the requests of today carry no claims, and the new policies read nothing else",
    why: 'On a direct connection nobody but the application sets `request.jwt.claims`. No policy, column default or function of the database reads or sets it, and the database is not on Supabase, or the config says `requests: { claims: "none" }`. With the new policies such requests would find no row. The policies are counted in the output. No file was written.',
    todo: [
      "Have the application or the gateway set the claims in the transaction of each request, from a token whose signature was checked: `select set_config('request.jwt.claims', $1, true)`. Through a pooler in transaction mode the third argument must be `true`, and the statements of the request must be in the same transaction.",
      'When all requests do so, write `requests: { claims: "sent", reason: "…" }` in rlsmith.config.ts.',
      "docs/without-supabase.md has the statements for node-postgres, Prisma and Drizzle, and says what such claims are worth.",
    ],
  },
  NOT_PROVEN: {
    kind: "not-proven",
    title: "a policy would become looser, or its verdict is not settled",
    why: "The proof found states in which the new policy allows what the old one denied, or could not decide. Each reason is printed above the error, with a witness of the same regime where there is one. No file was written.",
    todo: [
      "Correct the policy or the config if the difference is not wanted.",
      "Accept it with a reason, by the entry for `accept` in rlsmith.config.ts that the error prints: it is bound to the change. `--accept 'public.note.note_read=…'` does the same for one run. The reason is kept in the plan.",
    ],
  },
  PLAN_HAS_ERRORS: {
    kind: "not-proven",
    title: "a finding says that the result of the plan would not be as it should be",
    why: "For instance a policy that stays open where a claim is missing, or policies that would recurse without end. No file was written.",
    todo: [
      "Do what the findings above the error say, in a migration of its own, and plan again.",
      "Or name the policy under `keep` in rlsmith.config.ts, with a reason: it stays as it is.",
    ],
  },
  CROSSES_TENANTS: {
    kind: "not-proven",
    title: "the plan would let requests reach rows of another tenant",
    why: "With the new policy a request reaches a row whose tenant is not the one of its token, which it could not reach before. Nothing answers for that: no rule, no decision, no `--accept`. No file was written.",
    todo: [
      "Read the witness above the error: which persona, statement and row.",
      "Add the tenant to the condition of the policy first, or name the policy under `keep`.",
    ],
  },
  NO_SUCH_RULE_SET: {
    kind: "usage",
    title: "`--rules` names a rule set that does not exist",
    why: "The rules that are off by default have names. A misspelled one would be left out silently.",
    todo: ["Choose among the names that the hint lists; `docs/rules/README.md` says what each of them does."],
  },
  ACCEPT_WITHOUT_REASON: {
    kind: "usage",
    title: "`--accept` was given without a reason",
    why: "The reason is kept in the plan and in its report, for the colleague who reviews them.",
    todo: ["Write `--accept 'schema.relation.policy=the reason'`."],
  },
  NO_SUCH_POLICY: {
    kind: "usage",
    title: "`--accept` names a policy that does not exist",
    why: "An acceptance that matches nothing would hide a misspelling.",
    todo: ["Name the policy as the plan does: `schema.relation.policy`, each part quoted where SQL needs it."],
  },
  OUTPUT_EXISTS: {
    kind: "usage",
    title: "the file to be written exists already",
    why: "rlsmith never overwrites a migration or a config.",
    todo: [
      "Move the file away, or write elsewhere with `--out`.",
      "`rlsmith init --force` writes a new config; decisions in the old one are lost.",
    ],
  },
  CANNOT_WRITE: {
    kind: "environment",
    title: "the files could not be written",
    why: "The disk is full, or the folder is not writable. The files are written together: none was left behind.",
    todo: ["Free space, or correct the permissions of the folder, and run the command again."],
  },
  NO_PLAN: {
    kind: "usage",
    title: "there is no plan",
    why: "The command works on `.rlsmith/plan.json`, or on the file that `--plan` names.",
    todo: ["Run `rlsmith plan`."],
  },
  STALE_PLAN: {
    kind: "environment",
    title: "the plan is out of date",
    why: "The migrations have changed since it was made, a file of it is missing, or another version of rlsmith wrote it.",
    todo: ["Run `rlsmith plan` again."],
  },
  PLAN_EDITED: {
    kind: "environment",
    title: "plan.json was edited",
    why: "The plan holds a hash of its content. An edited plan was neither proved nor rehearsed.",
    todo: ["Change the config instead, and run `rlsmith plan` again."],
  },
  BOTH_WAYS_IN_ONE_FILE: {
    kind: "usage",
    title: "the up and down migrations are in one file, which rehearse cannot split",
    why: "goose, tern and dbmate keep both in one file.",
    todo: ["Run `rlsmith plan --dry-run`, which rehearses too."],
  },
} as const satisfies Record<string, ErrorPage>;
