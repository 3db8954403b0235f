import type { ErrorPage } from "../page.ts";

/** Errors in the flags and files of `rlsmith prove`, `verify` and `claims`. */
export const CHECK_ERRORS = {
  NO_TENANT: {
    kind: "usage",
    title: "no policy compares a column with a claim of the token",
    why: "The property is about rows of other tenants. Without such a policy or a config, rlsmith does not know which column holds the tenant.",
    todo: ["Name it: `--tenant org_id=app_metadata.org_id`."],
  },
  NOT_A_TENANT: {
    kind: "usage",
    title: "`--tenant` is not of the form column=claim.path",
    why: "It names the column that holds the tenant and the claim that it is compared with.",
    todo: ["Write for instance `--tenant org_id=app_metadata.org_id`."],
  },
  NOT_SQL: {
    kind: "usage",
    title: "`--never` or `--assume` is not an SQL condition, nor the name of a property",
    why: "PostgreSQL's parser does not accept it as an expression, or `--assume` names a column that no relation has.",
    todo: ["Use a name that the hint lists, or a condition over the row and the token."],
  },
  NO_SUCH_FORMAT: {
    kind: "usage",
    title: "`--mutants` does not have this output format",
    why: "Its result is a list of mutants and not a list of breaches, so only some formats can express it.",
    todo: ["Use `--format terminal` or `--format json`."],
  },
  NOTHING_TO_ALLOW: {
    kind: "usage",
    title: "`--write-and-roll-back` was given without a live database",
    why: "It allows writes, all rolled back, on the database of `--db`. A scratch database is written to anyway.",
    todo: ["Leave the flag out, or name a database with `--db`."],
  },
  NO_SUCH_FILE: {
    kind: "usage",
    title: "the file named on the command line cannot be read",
    why: "`--compare` takes an earlier result of `rlsmith verify --format json`, `rlsmith rollback --file` the down migration that `rlsmith plan` wrote.",
    todo: ["Check the path."],
  },
  NOT_A_VERIFICATION: {
    kind: "usage",
    title: "the file is not a result of `rlsmith verify`",
    why: "`--compare` needs the JSON of an earlier run, in the format of this version.",
    todo: ["Write it again: `rlsmith verify --format json > before.json`."],
  },
  NOT_OUR_FILE: {
    kind: "usage",
    title: "`--emit` would overwrite a file that rlsmith did not write",
    why: "The emitted tests have a fixed name. A file of that name without rlsmith's first line is yours.",
    todo: ["Move the file away or rename it."],
  },
  BAD_JWT_EXPIRY: {
    kind: "usage",
    title: "`--jwt-expiry` is not a number of seconds",
    why: "It is the lifetime of an access token, from which the age of the tokens in use follows.",
    todo: ["Give the value of the project's JWT settings. Supabase's default is 3600."],
  },
  BAD_TIME: {
    kind: "usage",
    title: "`--since` is not a past time with a time zone",
    why: "Without a zone the time is ambiguous, and a time to come has no tokens from before it.",
    todo: ["Write `2026-11-23T10:00:00Z` or `2026-11-23T11:00:00+01:00`."],
  },
} as const satisfies Record<string, ErrorPage>;
