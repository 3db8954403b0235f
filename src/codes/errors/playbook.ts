import type { ErrorPage } from "../page.ts";

/** Errors of evidence and of the steps of the playbook. */
export const PLAYBOOK_ERRORS = {
  BAD_MARKERS: {
    kind: "usage",
    title: "the markers of a generated part are not as they have to be",
    why: "`rlsmith docs` replaces what stands between `<!-- rlsmith:begin NAME -->` and `<!-- rlsmith:end NAME -->`. Where one of the two is missing, where they cross, or where a part is in a file twice, it could replace text that a person wrote. Nothing was written, in no file.",
    todo: [
      "Correct the markers at the line in the message: each on a line by itself, and each part once in a file. In MDX they are `{/* rlsmith:begin NAME */}`.",
      "A marker that is only shown, as on this page, stands in a fence of code.",
    ],
  },
  BAD_TEMPLATE: {
    kind: "config",
    title: "a template of a document is not valid",
    why: "A name that rlsmith does not fill would leave a hole in the document, so it is an error.",
    todo: [
      "Use one of the names in the message. `rlsmith docs --template NAME` prints the template of rlsmith, with every name that it uses.",
    ],
  },
  EVIDENCE_CONFLICT: {
    kind: "environment",
    title: "git has left a conflict in the evidence",
    why: "Two branches have appended lines to `.rlsmith/evidence.jsonl`. Each line holds the hash of the line before, so the lines of both have to be joined by a line that follows both. Nothing was appended.",
    todo: ["Run `rlsmith evidence merge`, then `git add .rlsmith/evidence.jsonl`."],
  },
  EVIDENCE_EDITED: {
    kind: "environment",
    title: "a line of the evidence is not as it was written",
    why: "A merge would hide the edit. Nothing was written.",
    todo: ["Restore the line from git. `rlsmith evidence verify` lists all that is wrong."],
  },
  NO_EVIDENCE: {
    kind: "usage",
    title: "the folder has no evidence",
    why: "Commands append to `.rlsmith/evidence.jsonl` of the project's folder.",
    todo: ["Run the command in the project's folder."],
  },
  NO_DOCUMENT_PART: {
    kind: "usage",
    title: "no file holds a part that rlsmith would write",
    why: "`rlsmith docs` writes between markers in files that people own, and makes no file of its own accord.",
    todo: [
      'Name a file and its parts in the config: `documents: { files: { "docs/security.md": ["matrix", "roles"] } }`.',
      "Or write the two markers of a part where it should stand.",
    ],
  },
  NOTHING_TO_ANNOUNCE: {
    kind: "usage",
    title: "what the message would say has not happened",
    why: "`rlsmith announce` fills its messages from the evidence. `during` wants the plan in force on the target, `after` on every target, and `escalation` a gate that has failed.",
    todo: ["Run the command in the hint first.", "Or announce another moment."],
  },
  NO_WEBHOOK: {
    kind: "usage",
    title: "there is nowhere to send the message to",
    why: "`--send` uses the webhook of the target: `notify` in the config.",
    todo: [
      'Name the variable that holds its URL in rlsmith.config.ts: `notify: { url: { env: "SLACK_WEBHOOK" }, form: "slack" }`.',
      "Or leave `--send` out, and copy the text.",
    ],
  },
  NOT_SENT: {
    kind: "environment",
    title: "the webhook did not take the message",
    why: "It answered with a status other than 2xx, did not answer in 10 seconds, or cannot be reached. The message is not recorded as sent.",
    todo: ["Check the URL in the variable, and run the command again: the message is sent once."],
  },
  NO_SUCH_STEP: {
    kind: "usage",
    title: "the playbook has no step of that name",
    why: "Steps of a target have its name behind a colon: `apply:staging`.",
    todo: ["Use one of the names in the hint; `rlsmith status` says what each of them is."],
  },
  STEP_OF_A_COMMAND: {
    kind: "usage",
    title: "the step is settled by a command",
    why: "What a program can find out is not settled by what a person says.",
    todo: [
      "Run the command in the hint.",
      "If the step is not wanted for this plan, say so with `--waive`: that stays in the evidence, with your name and the note.",
    ],
  },
} as const satisfies Record<string, ErrorPage>;
