import type { ErrorPage } from "../page.ts";

/** Errors of `rlsmith rollback`. */
export const ROLLBACK_ERRORS = {
  NOTHING_TO_ROLL_BACK: {
    kind: "environment",
    title: "the journal of the target is empty",
    why: "rlsmith has applied nothing there, so it does not know the former state.",
    todo: [
      "Record a migration that another tool has run with `rlsmith apply --adopt`.",
      "Or use the down file: `rlsmith rollback --file`.",
    ],
  },
  CHANGED_SINCE: {
    kind: "environment",
    title: "a policy that would be restored was changed after the plan was applied",
    why: "The rollback would overwrite that change. The message shows the difference. Nothing was changed.",
    todo: [
      'Restore the state of the plan by hand, or overwrite it with `--force --reason "…"`. The reason goes into the journal.',
    ],
  },
  BAD_ENTRY: {
    kind: "usage",
    title: "`--to` is not the number of an entry",
    why: "It is the last entry of the journal that stays in force; 0 takes everything back.",
    todo: ["See the numbers with `rlsmith history`."],
  },
  BAD_DOWN_FILE: {
    kind: "usage",
    title: "the file is not the down migration of this plan",
    why: "`rlsmith rollback --file` executes it, so it must be exactly what `rlsmith plan` wrote for the plan that `--plan` names.",
    todo: ["Name the file beside the migration, unedited, and the plan that it belongs to."],
  },
  NO_REASON: {
    kind: "usage",
    title: "`--force` was given without a reason",
    why: "It overwrites a change that was made after apply. The reason goes into the journal.",
    todo: ['Add `--reason "…"`.'],
  },
  REASON_FOR_NOTHING: {
    kind: "usage",
    title: "`--reason` was given without `--force`",
    why: "An ordinary rollback needs no reason, and the flag suggests that you meant to force it.",
    todo: ["Leave it out, or add `--force`."],
  },
  PLAN_FOR_NOTHING: {
    kind: "usage",
    title: "`--plan` was given without `--file`",
    why: "A rollback from the journal needs no plan.",
    todo: ["Leave it out."],
  },
  TWO_WAYS_BACK: {
    kind: "usage",
    title: "flags of a rollback from the journal and from a file were mixed",
    why: "`--to`, `--force` and `--reason` are for the journal. `--file` takes the down migration instead.",
    todo: ["Leave out the one or the other."],
  },
} as const satisfies Record<string, ErrorPage>;
