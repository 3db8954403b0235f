import type { FindingPage } from "../page.ts";

/** Notices of the replay of a migrations folder, which every command prints that reads one. */
export const REPLAY_FINDINGS = {
  "extension-implied": {
    severity: ["info"],
    by: ["replay"],
    title: "the migrations use an extension before they create it",
    why: "The project's server has the extension already, as a new Supabase project does, or it was created by hand. The scratch database did not, so it was created: in schema `extensions` of a Supabase project, otherwise in the schema that the statement names, or in `public`.",
    example: null,
    todo: ["Nothing. Add CREATE EXTENSION IF NOT EXISTS if the files are to run on a plain PostgreSQL."],
  },
  "migration-left-out": {
    severity: ["info"],
    by: ["replay"],
    title: "a file of the migrations folder was not run",
    why: "The migration tool would not run it either: its name does not have the form that the tool expects, or the tool's own list does not name it. A file that the list names and that does not exist is reported too.",
    example: null,
    todo: ["Rename the file, or add it to the tool's list, if it was meant to run."],
  },
  "psql-command": {
    severity: ["info", "warning"],
    by: ["replay"],
    title: "a file holds a command of psql, which is not SQL",
    why: "The server does not know backslash commands. `\\ir` and `\\i` are followed; `\\set`, `\\unset`, `\\if` and `\\q` are carried out, and variables are replaced as psql does. Every other command, and the rows after COPY … FROM stdin, are skipped. It is a warning for `\\connect`: the statements after it ran in the same database and as the same role. `\\gexec`, and a condition of `\\if` that is not known, are failures of the replay.",
    example: {
      sql: `\\echo creating notes
create table note (id uuid primary key, org_id uuid not null);`,
    },
    todo: ["Nothing, unless a later statement depends on the command or on the rows."],
  },
  "reaches-beyond": {
    severity: ["warning"],
    by: ["replay"],
    title: "a statement would change more than the scratch database, and was not run",
    why: "With `--scratch` the replay runs in a throw-away database of your server. It must change nothing else there: no other database, no tablespace, no setting of the server, and no role that existed before.",
    example: null,
    todo: ["See which of the later statements depend on it. They are reported as failed."],
  },
  "superuser-stood-in-for": {
    severity: ["info"],
    by: ["replay"],
    title: "a statement names a superuser, and ran for the owner of the scratch database instead",
    why: "With `--scratch` and the URL of a superuser, the migrations run as a login that is no superuser. It cannot become one or give an object to one, so the owner of the scratch database takes that part. Row security does not bind it either.",
    example: null,
    todo: ["Nothing, or run with `--scratch-superuser` if you trust the migrations with the whole server."],
  },
  "index-left-out": {
    severity: ["info"],
    by: ["replay"],
    title: "an index needs an extension that the scratch database replaces with a stub",
    why: "Access does not depend on an index, so the replay continues without it.",
    example: null,
    todo: ["Nothing."],
  },
} as const satisfies Record<string, FindingPage>;
