import type { ErrorPage } from "../page.ts";

/** Errors of `rlsmith apply`, and of the transaction that apply and rollback share. Nothing is half done after any of them. */
export const APPLY_ERRORS = {
  ANOTHER_RUN: {
    kind: "environment",
    title: "another rlsmith is running on the target",
    why: "apply and rollback take an advisory lock for the whole run. The message names the backend that holds it.",
    todo: [
      "Wait until the other run has ended.",
      "If its process is dead, terminate the backend with `pg_terminate_backend`.",
    ],
  },
  TARGET_DIFFERS: {
    kind: "environment",
    title: "policies on the target are not those that the plan was made from",
    why: "The plan was proved and rehearsed for other policies. The message shows the difference. Nothing was changed.",
    todo: ["Bring the target to the state of the migrations.", "Or run `rlsmith plan --db` for what is on the target."],
  },
  RELATION_GONE: {
    kind: "environment",
    title: "a relation, function or schema of the plan does not exist on the target",
    why: "It was dropped or renamed, or the migrations that create it have not run there. Nothing was changed.",
    todo: [
      "Before apply: bring the target to the state of the migrations, or run `rlsmith plan` again.",
      'Before rollback: `--force --reason "…"` restores the rest. The former state is in the journal.',
    ],
  },
  CANNOT_BE_MADE_HERE: {
    kind: "environment",
    title: "a statement of the plan fails on the target",
    why: "rlsmith creates both ends of the plan on empty copies of the relations first. The target refused a statement there: it lacks a column, a function or a role that the plan names. Nothing was changed.",
    todo: ["Run the migrations that the target lacks, or run `rlsmith plan` for this database."],
  },
  VARIABLE_STILL_READ: {
    kind: "environment",
    title: "a policy on the target would still read a mapped variable after the plan",
    why: "It was created after the plan was made. Once the application stops setting the variable, that policy denies or raises an error. Nothing was changed.",
    todo: ["Run `rlsmith plan` again, or name the policy under `keep` in rlsmith.config.ts, with a reason."],
  },
  LOCK_NOT_HAD: {
    kind: "environment",
    title: "the locks could not be acquired in time",
    why: "Other transactions hold locks on the relations. rlsmith waits for a short time, releases all that it has, and tries again, until `giveUpAfterSeconds`. The message names the transactions. Nothing was changed.",
    todo: [
      "Run the command again when those transactions have ended.",
      "Or use `--by auto`, which divides the plan into smaller transactions until the locks of each are acquired.",
    ],
  },
  CHANGED_MEANWHILE: {
    kind: "environment",
    title: "the target was changed between the comparison and the lock",
    why: "rlsmith compares once before it takes the locks and once when it holds them. The two differ. Nothing was changed.",
    todo: ["Find out what was changed there, and run the command again."],
  },
  REFUSED_BY_SERVER: {
    kind: "environment",
    title: "the server raised an error",
    why: "The message is the server's own, with its SQLSTATE. The transaction of this group was rolled back.",
    todo: ["Follow the hint, and run the same command again: it continues after the last committed group."],
  },
  NOT_AS_PLANNED: {
    kind: "environment",
    title: "the relations did not become what the plan says",
    why: "After the statements and before COMMIT rlsmith reads the policies and compares them. They differ, so the transaction was rolled back. An event trigger that reacts to DDL can do that.",
    todo: [
      "Look for event triggers on the target.",
      "If there is none, this is a bug of rlsmith: please report it with the message.",
    ],
  },
  OBJECTION: {
    kind: "environment",
    title: "with the new policies a request reads rows of another tenant",
    why: "Before COMMIT rlsmith queries the relations as a member, without claims and as anon. One of these queries returned a row of another tenant, so the transaction was rolled back.",
    todo: ["Run `rlsmith verify --db` to see every way in which rows are reached, and correct the policies."],
  },
  OUTCOME_NOT_KNOWN: {
    kind: "environment",
    title: "the connection was lost during COMMIT, and the server could not be reached since",
    why: "The group is committed together with its entry in the journal, or not at all. The server must be asked which.",
    todo: ["When the server is back, run the same command again, or `rlsmith history`."],
  },
  NOT_IN_JOURNAL: {
    kind: "environment",
    title: "steps of the plan are in force and the journal does not know them",
    why: "Another tool has run the migration, or a part of it. A rollback would not know what to restore.",
    todo: [
      "If all of the plan is there, record it with `rlsmith apply --adopt`.",
      "If a part is there, finish the migration with the tool that began it and then use `--adopt`, or undo that part.",
    ],
  },
  NOTHING_TO_ADOPT: {
    kind: "environment",
    title: "`--adopt` found that the plan is not in force",
    why: "`--adopt` changes nothing: it records a migration that another tool has run.",
    todo: ["Run the migration with your own tool first, or apply without `--adopt`."],
  },
  JOURNAL_NOT_READABLE: {
    kind: "environment",
    title: "this login may not read the journal",
    why: "`rlsmith.history` belongs to the role that applied first. No other role has a privilege on it.",
    todo: ["Connect as the role that applied before."],
  },
  JOURNAL_NOT_TRUSTED: {
    kind: "environment",
    title: "the journal is not one that rlsmith has made for this login",
    why: "A rollback executes what the journal holds, so a role that can write to it could have SQL executed as this login. `rlsmith.history` has to belong to the login or to a superuser, no other role may write to it, and it has to have exactly the columns, constraints and indexes that rlsmith makes, and no trigger, rule, policy or inheritance. Its entries have to be as they were written, and each text in them has to be one statement of its kind. Membership in the owner's role is not enough: the owner may be allowed less than the login. The message names each difference. Nothing was executed from the journal.",
    todo: [
      "Connect as the role that applied before. If the login is a member of it: `?options=-c%20role%3D…` in the URL.",
      "Find out who made the difference, and why, before you remove it.",
      "If nothing in the journal is needed, have an administrator rename the schema `rlsmith`. `rlsmith rollback --file` then takes the plan back with its down file.",
    ],
  },
  GATE_NOT_PASSED: {
    kind: "not-proven",
    title: "the gate of the target that comes first has not passed",
    why: "`after` of the target asks that the samples which `rlsmith watch` has taken of another target are clean and complete. A gate without enough samples, or whose sources cannot show something, has not passed.",
    todo: [
      "Run `rlsmith gate` for that target: it lists each criterion with what is missing.",
      "Go on watching it with `rlsmith watch`.",
      "A criterion that this target can never show is waived in its `gate` in rlsmith.config.ts, by a person and with a reason.",
      "If nobody uses that target, so that there is nothing to watch: `gate: false` with a `reason` in `after`. Only the time counts then, and the reason is printed and written into the evidence.",
    ],
  },
  RECORDER_INSTALLED: {
    kind: "usage",
    title: "the recorder is installed on the target already",
    why: "Its schema, `rlsmith_recorder`, holds nothing else, and one recorder serves all plans. A second migration would fail, or would take the first one's function for one of the project's.",
    todo: ["Keep it, or run its down migration before you write another one, such as one for further roles or claims."],
  },
  SAMPLES_NOT_TRUSTED: {
    kind: "environment",
    title: "the samples are not as `rlsmith watch` wrote them",
    why: "A gate decides by the samples, so whoever can change them can make it pass. `rlsmith.samples`, and `rlsmith.notices` with what was told of them, have the protection of the journal: each has to belong to the login or to a superuser, no other role may write to it, and it has to have exactly the columns, constraints and indexes that rlsmith makes. Each sample, there or in a file, carries a hash that covers it and all before it.",
    todo: [
      "Find out who made the difference, and why.",
      'Connect as the role that watched before, or keep the samples in files: `samples: "file"` of the target in rlsmith.config.ts.',
      "Samples that were changed are lost: keep them elsewhere, and watch anew.",
    ],
  },
} as const satisfies Record<string, ErrorPage>;
