import type { ErrorPage } from "../page.ts";

/** Errors of `rlsmith cleanup --code`. */
export const CLEANUP_CODE_ERRORS = {
  NOT_UNDER_GIT: {
    kind: "usage",
    title: "the project is in no git repository",
    why: "`--write` changes files in their place. Without version control nothing could take that back.",
    todo: [
      "Leave `--write` out: the patch goes to stdout, and `git apply` or `patch -p1` takes it.",
      "Or say `--allow-dirty`.",
    ],
  },
  DIRTY_TREE: {
    kind: "usage",
    title: "the working tree has changes that are not committed",
    why: "`--write` changes files in their place. Among other changes its edits could neither be reviewed nor taken back alone. Nothing was written.",
    todo: ["Commit or stash the changes.", "Or say `--allow-dirty`."],
  },
  NO_TSCONFIG: {
    kind: "usage",
    title: "the project has no tsconfig.json",
    why: "The compiler of the project decides whether the result is right: it may have no error that it had not before. Without a tsconfig.json it has nothing to check.",
    todo: ["Name the command that checks the code, such as `--check 'npm run lint'`."],
  },
  CHECK_FAILS: {
    kind: "usage",
    title: "the command of `--check` fails before anything is changed",
    why: "The command decides whether the result is right. It fails on the code as it is, and its output has no errors that could be compared, so it could not tell a new fault from an old one. It runs in a copy of the working tree, without files that git ignores, except for node_modules.",
    todo: ["Correct what makes it fail, or name another command."],
  },
  NO_COMPILER: {
    kind: "usage",
    title: "the project has no TypeScript compiler",
    why: "`node_modules/.bin/tsc` is searched for in the project's folder and above it. rlsmith uses the project's own version, since each finds other errors.",
    todo: [
      "Install the project's packages.",
      "Or name the command that checks the code, such as `--check 'npm run typecheck'`.",
    ],
  },
} as const satisfies Record<string, ErrorPage>;
