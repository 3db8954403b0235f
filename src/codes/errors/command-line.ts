import type { ErrorPage } from "../page.ts";

/** Errors that are not thrown by a stage: in the command line, and of rlsmith itself. */
export const COMMAND_LINE_ERRORS = {
  BAD_COMMAND_LINE: {
    kind: "usage",
    title: "the command line is wrong",
    why: "It names a command or an option that does not exist, lacks an argument, or has a value that the option does not accept. Nothing was run.",
    todo: ["See `rlsmith --help`, and `--help` after the command's name for its options."],
  },
  BAD_TOKENS: {
    kind: "usage",
    title: "the file of `--tokens` does not hold payloads of tokens",
    why: "`rlsmith impact` takes the claims of users from it: JSON objects, one a line or in one array, each the decoded payload of a token.",
    todo: ['Write the payloads only, without signatures: `{"sub": …, "role": "authenticated", "app_metadata": {…}}`.'],
  },
  INTERNAL_ERROR: {
    kind: "bug",
    title: "rlsmith failed unexpectedly",
    why: "The cause is in rlsmith, and not in the project or the database. What was not printed is not known; `rlsmith history` says for a target what was applied to it.",
    todo: ["Report it with the lines that were printed to stderr."],
  },
} as const satisfies Record<string, ErrorPage>;
