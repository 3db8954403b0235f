import type { ErrorPage } from "../page.ts";

/** Errors about the target of apply and rollback, and what must precede it. */
export const TARGET_ERRORS = {
  WHICH_TARGET: {
    kind: "usage",
    title: "the command does not say which target it is for",
    why: "The config names no target, or several of them.",
    todo: ["Add `--target staging`, with a name from `targets` in rlsmith.config.ts."],
  },
  NO_SUCH_TARGET: {
    kind: "usage",
    title: "the config has no target of that name",
    why: "apply and rollback write only to databases that the config names.",
    todo: ["Use one of the names in the hint, or add the target to `targets` in rlsmith.config.ts."],
  },
  NO_TARGET_URL: {
    kind: "environment",
    title: "the URL of the target could not be found out",
    why: "The environment variable that holds it is not set, or the command that prints it failed, took too long, or printed something else.",
    todo: [
      "Set the variable, or run the command by hand in the project's folder. It must print the URL and nothing else.",
    ],
  },
  NO_SUPABASE_TOKEN: {
    kind: "environment",
    title: "there is no access token for Supabase's logs",
    why: "The config names Supabase's logs of a project as the log of the target. The Management API asks for an access token, which rlsmith takes from the environment variable `SUPABASE_ACCESS_TOKEN` and writes nowhere.",
    todo: [
      "Set the variable to a token that may read the logs of the project (permission `analytics_logs_read`).",
      'Or let the Supabase CLI ask, which has a login of its own: `log: { supabase: { project: "…", cli: "npx supabase" } }`.',
    ],
  },
  NO_WEBHOOK_URL: {
    kind: "environment",
    title: "the URL of the webhook could not be found out",
    why: "`notify` of the target names an environment variable that is not set, or that holds no `http` or `https` URL. `rlsmith watch` finds this out before its first sample, so that it does not watch for two days and tell nobody.",
    todo: ["Set the variable for this command.", "Or leave `notify` out of the target in rlsmith.config.ts."],
  },
  PORT_NOT_USABLE: {
    kind: "environment",
    title: "the port for the metrics cannot be used",
    why: "`rlsmith watch --metrics` listens on a port of 127.0.0.1. Another program uses it, or this user may not.",
    todo: ["Choose another port."],
  },
  NOT_IN_FORCE: {
    kind: "usage",
    title: "the plan is not in force on the target, so there is nothing that a rollback could take back",
    why: "`rlsmith watch --on-fail rollback` takes the plan back by the journal when a criterion fails. The journal of the target has no entry of this plan that is in force: it was not applied, it was applied by another tool, or it was taken back; or a later plan is in force on top of it. This is found out before the first sample, and again before the rollback.",
    todo: [
      "Apply the plan with `rlsmith apply`; `--adopt` records one that another tool has applied.",
      "Or watch without `--on-fail`.",
    ],
  },
  NO_USERS: {
    kind: "environment",
    title: "there are no users whose rows could be compared",
    why: "`rlsmith impact` takes the claims of users from `auth.users`, which this login cannot read or the database does not have.",
    todo: ["Name a file of sampled payloads with `--tokens`.", "Or use a login that may read `auth.users`."],
  },
  TRANSACTION_POOLER: {
    kind: "environment",
    title: "the target is reached through a pooler in transaction mode",
    why: "There each transaction may run on another server connection. Advisory locks and settings of a session, on which apply depends, do not last.",
    todo: ["Use the server's own address, or the pooler's port for session mode (Supabase: 5432 instead of 6543)."],
  },
  READ_ONLY_STANDBY: {
    kind: "environment",
    title: "the target is a standby",
    why: "A standby server accepts no writes.",
    todo: ["Name the primary server in the target's URL."],
  },
  READ_ONLY_LOGIN: {
    kind: "environment",
    title: "transactions of this login are read-only",
    why: "`default_transaction_read_only` is on for the login or the database. rlsmith does not override what an administrator set.",
    todo: ["Connect as a login that may write, or reset the setting for this one."],
  },
  TARGET_LACKS_CLAIMS: {
    kind: "environment",
    title: "the target does not have the function that returns the claims",
    why: "The plan was made for a database with this function, and its policies call it. Without it no statement of the plan would succeed. Nothing was changed.",
    todo: [
      "Create the function on the target with the migration that creates it elsewhere.",
      "Or name another source of claims under `claims` in rlsmith.config.ts, and run `rlsmith plan` again. `auth.jwt()` exists on Supabase alone.",
    ],
  },
  BAD_CUT: {
    kind: "usage",
    title: "`--by` does not know this way to form groups",
    why: "A plan is applied in one transaction, or in one for each group of relations.",
    todo: ["Use `--by auto`, `--by relation`, `--by context`, or a number of relations such as `--by 5`."],
  },
  NO_CAPACITY: {
    kind: "usage",
    title: "`rlsmith approve` was given without `--as`",
    why: "An approval records the capacity in which it was given.",
    todo: ['Write for instance `rlsmith approve --as "Security Lead"`.'],
  },
  NOBODY: {
    kind: "environment",
    title: "git has no mail address for you",
    why: "An approval records the name and mail address in git's configuration.",
    todo: ["Set `git config user.name` and `git config user.email`."],
  },
  NO_APPROVALS: {
    kind: "environment",
    title: "the file of approvals cannot be read",
    why: "`.rlsmith/approvals.json` is not in the format that `rlsmith approve` writes.",
    todo: ["Restore it from version control, or remove it and approve again."],
  },
  APPROVALS_MISSING: {
    kind: "not-proven",
    title: "the target requires more approvals of this plan",
    why: "`requireApprovals` counts people who approved exactly this plan. A plan that changed has another hash and needs new approvals.",
    todo: ['Have the plan approved: `rlsmith approve --as "Security Lead"`, and commit `.rlsmith/approvals.json`.'],
  },
  NOT_THERE_BEFORE: {
    kind: "not-proven",
    title: "the plan has not been in force on the preceding target for long enough",
    why: "`after` of the target requires that the same plan was applied to another target so many hours ago, and that nothing it changed there was changed since.",
    todo: [
      "Apply the plan to that target, and watch its errors and logs for the time required.",
      "If something was changed there, find out by whom and why before you go on.",
    ],
  },
} as const satisfies Record<string, ErrorPage>;
