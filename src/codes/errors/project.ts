import type { ErrorPage } from "../page.ts";

/** Errors in finding and reading a project, a revision or a catalog. */
export const PROJECT_ERRORS = {
  BAD_STATEMENT_TIMEOUT: {
    kind: "usage",
    title: "--statement-timeout is no number of seconds",
    why: "It limits each statement of the migrations: more than 0 and at most 86400 seconds.",
    todo: ["Give it a number of seconds, such as 60."],
  },
  NO_SUCH_FOLDER: {
    kind: "usage",
    title: "the folder does not exist",
    why: "The command line or the config names a folder that does not exist.",
    todo: ["Name the project's folder, or leave the argument out for the current one."],
  },
  NO_MIGRATIONS: {
    kind: "usage",
    title: "no migrations were found",
    why: "Neither the folder nor a project below it holds a file that one of the known migration tools would run. The hint lists the places that were searched. Below the folder, only the marks of a tool count, or numbered files in a folder named `migrations`; folders such as `node_modules`, `dist` and `tests` are left out.",
    todo: [
      "Name the folder with `--folder` and the tool with `--layout`, or `migrations` in rlsmith.config.ts.",
      "Or read a database with `--db`.",
    ],
  },
  BAD_CONFIG_TOML: {
    kind: "usage",
    title: "supabase/config.toml is not TOML",
    why: "The file says whether new tables are granted to the roles of the Data API, and which files fill a new database. rlsmith does not guess past an error in it. The message names the line.",
    todo: ['Correct the line. A value with parentheses is a text: `"env(NAME)"`.'],
  },
  AMBIGUOUS_MIGRATIONS: {
    kind: "usage",
    title: "the project has several migrations folders",
    why: "rlsmith does not guess which of them describes the database. In a monorepo these may be folders of several projects. The message has a command for each.",
    todo: [
      "Run the command of the right one: `rlsmith init --folder …` writes it to rlsmith.config.ts.",
      'With a config, name it there as `migrations: { folder: "…" }`, or say `--folder` each time.',
      "Or run rlsmith in the folder of the project itself.",
    ],
  },
  UNSET_VARIABLES: {
    kind: "config",
    title: "a variable of the migrations has no value",
    why: "The files use variables: `:NAME`, `:'NAME'` or `:\"NAME\"` of psql, or placeholders of graphile-migrate. Their values are given when the files are run (`psql -v NAME=value`), so no file holds them. A name of a role or a schema may depend on them, so rlsmith does not go on without. The message names each use with its file and line.",
    todo: [
      "Run `rlsmith init` on a terminal: it asks for each value, and writes it to the config.",
      'Or write them in rlsmith.config.ts: `migrations: { folder: "migrations", variables: { NAME: "value" } }`.',
    ],
  },
  BAD_JOURNAL: {
    kind: "environment",
    title: "the journal of Drizzle cannot be read",
    why: "`meta/_journal.json` gives the order of the migrations. It is not valid JSON, or lacks the entries.",
    todo: [
      "Restore the file from version control.",
      "Or use `--layout plain` to run the files in the order of their names.",
    ],
  },
  BAD_GMRC: {
    kind: "environment",
    title: "the config of graphile-migrate cannot be read",
    why: "`.gmrc` holds the placeholders that stand in the migrations, and the files that run on a new database. It is not valid JSON5.",
    todo: ["Correct the file, or restore it from version control."],
  },
  REPLAY_FAILED: {
    kind: "environment",
    title: "a migration failed, and `--strict` stops at the first failure",
    why: "A statement raised an error on the scratch database. The message names the file, the line and the SQLSTATE.",
    todo: [
      "Correct the migration, or leave `--strict` out: rlsmith then continues and reports the objects that it could not create.",
    ],
  },
  NO_POLICIES: {
    kind: "usage",
    title: "the database has no policy",
    why: "There is nothing to plan. Usually the wrong folder or database was named.",
    todo: ["Run `rlsmith inspect` to see what was read."],
  },
  NO_PART: {
    kind: "usage",
    title: "`rlsmith cleanup` was not told which part to clean up",
    why: "The parts change different things: a migration, or files of the application.",
    todo: [
      "`rlsmith cleanup --sql` for functions and defaults of the database: it writes a migration.",
      "`rlsmith cleanup --code` for the application: it prints a patch.",
      "`rlsmith cleanup --guards` for hooks, scanners, lint rules and CI steps: it prints a patch.",
      "`rlsmith cleanup --tests` for test cases: it runs the suite, and prints a patch.",
    ],
  },
  NOTHING_MAPPED: {
    kind: "open-decision",
    title: "the config maps no session variable",
    why: "A clean-up takes out the variables of the config's `context` and `flags`. Without any it would look for nothing, and say that nothing is left.",
    todo: ["Map each variable to its claim under `context`; `rlsmith init` infers them from the policies."],
  },
  POLICIES_READ_VARIABLES: {
    kind: "open-decision",
    title: "policies still read what a clean-up takes out",
    why: "What sets a session variable may go only when no policy depends on it: until then requests would be denied.",
    todo: [
      "Plan and apply the move of the policies first: `rlsmith plan`, then `rlsmith apply`.",
      "A policy that is to stay as it is belongs under `keep` in the config; its variables are then left alone.",
    ],
  },
  NO_CATALOG: {
    kind: "usage",
    title: "the file is not a catalog of this version",
    why: "A side named as a `.json` file must be the output of `rlsmith inspect --format json`, of a version with the same `formatVersion`.",
    todo: ["Write it again: `rlsmith inspect --format json > catalog.json`."],
  },
  NO_SIDES: {
    kind: "usage",
    title: "`rlsmith prove` was given nothing to compare",
    why: "It compares two sides, or checks properties of one with `--never`.",
    todo: ["Name the side before the change: `rlsmith prove git:main .`."],
  },
  NO_SUCH_SIDE: {
    kind: "usage",
    title: "the argument names nothing that can be compared",
    why: "A side is a folder, `git:REVISION`, a `postgres://` URL, `env:NAME` that holds one, or a catalog as `.json`.",
    todo: ["Check the spelling of the folder, or put `git:` in front of a revision."],
  },
  NO_SUCH_VARIABLE: {
    kind: "usage",
    title: "the environment variable is not set, or empty",
    why: "`env:NAME` reads the connection string of a database from the environment, so that no password is on the command line.",
    todo: ["Set the variable to a connection string, such as a `postgres://` URL."],
  },
  NO_REPOSITORY: {
    kind: "usage",
    title: "the folder is not in a git repository",
    why: "`git:REVISION` reads the project as it was at a revision.",
    todo: ["Run the command inside the repository, or name a folder."],
  },
  NO_SUCH_REVISION: {
    kind: "usage",
    title: "git does not know the revision",
    why: "There is no branch, tag or commit of that name. A shallow clone lacks most of them.",
    todo: ["Check the name.", "In CI, fetch the history: `git fetch --unshallow`."],
  },
  CHECKOUT_FAILED: {
    kind: "environment",
    title: "the revision could not be unpacked",
    why: "rlsmith unpacks a revision into a temporary folder with `git archive` and `tar`. One of them failed or is not installed.",
    todo: ["Install git and tar.", "Or check the revision out yourself and name its folder."],
  },
} as const satisfies Record<string, ErrorPage>;
