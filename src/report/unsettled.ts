import type { Unsettled } from "../verify/index.ts";

/** The reason for which cells are not settled, in words: lower case, no final period. */
export function unsettledText(cause: Unsettled): string {
  switch (cause.kind) {
    case "above row security":
      return `\`${cause.role}\` is above row security, so its statements prove nothing`;
    case "no rows":
      return "the relation has no row of another tenant";
    case "owner unknown":
      return "rows were reached, and nothing says whose they are";
    case "no control":
      return "no persona reached a row of its own there, so that no foreign row was reached says nothing";
    case "no privilege":
      return "no role of requests holds a privilege on the relation, so its policies were not tried: are they granted elsewhere?";
    case "set role":
      return "the login may not become the persona's role";
    case "set-up":
      return `its set-up raised ${cause.sqlstate}: ${cause.relation}, ${cause.attack}`;
    case "variable":
      return `the statement that sets the variable raised ${cause.sqlstate}`;
    case "probe":
      return `the login could not read the rows afterwards (${cause.sqlstate})`;
    case "limit":
      return LIMITS[cause.limit];
    case "constraint":
      return `${CONSTRAINTS[cause.constraint]}${cause.name === null ? "" : ` \`${cause.name}\``} stopped it (${cause.sqlstate})`;
    case "recursion":
      return `policies of \`${cause.relation}\` lead back to it (42P17, noticed in \`${cause.through}\`)`;
    case "stack depth":
      return `a function that a policy of \`${cause.relation}\` calls reads it again, without end (54001)`;
    case "missing grant":
      return `\`${cause.role}\` lacks the privilege on ${cause.object} \`${cause.name}\`, which a policy, a trigger or a function of \`${cause.relation}\` uses (42501)`;
    case "privilege":
      return `42501 on \`${cause.relation}\`, with a message that does not name the object`;
    case "other row security":
      return `row security of \`${cause.relation}\`, which a trigger or a function writes, refused a row (42501)`;
    case "call":
      return `a call of \`${cause.function}\` raised ${cause.sqlstate}`;
    case "error":
      return cause.inside === null
        ? `the statement raised ${cause.sqlstate}${MEANING[cause.sqlstate] ?? ""}`
        : `\`${cause.inside}\` raised ${cause.sqlstate}${MEANING[cause.sqlstate] ?? ""}`;
    case "not tried":
      return NOT_TRIED[cause.why];
    case "defect":
      return `a statement of rlsmith is wrong, which is a defect of rlsmith (${cause.sqlstate}): ${cause.relation}, ${cause.attack}`;
  }
}

const NOT_TRIED: Record<Extract<Unsettled, { kind: "not tried" }>["why"], string> = {
  "copy on a live database": "COPY reads the whole table: it is tried on a scratch database only",
  "copy on the embedded engine": "the embedded engine copies to files only",
  "arguments without a value": "a function that may read rows has arguments that no value is known for",
};

const LIMITS: Record<Extract<Unsettled, { kind: "limit" }>["limit"], string> = {
  "read-only": "the transaction is read-only",
  "statement timeout": "it ran into statement_timeout",
  "lock timeout": "it ran into lock_timeout",
  connections: "the server has no connection left",
};

const CONSTRAINTS: Record<Extract<Unsettled, { kind: "constraint" }>["constraint"], string> = {
  "not null": "a NOT NULL column",
  "foreign key": "the foreign key",
  unique: "the unique key",
  check: "the CHECK constraint",
  exclusion: "the exclusion constraint",
  restrict: "a reference",
  other: "a constraint",
};

const MEANING: Readonly<Record<string, string>> = {
  "22P02": ": a value that a policy casts is not of that type",
  // measured on the embedded 18: ERRORDATA_STACK_SIZE exceeded, after which every statement fails
  XX000:
    ": the engine itself failed, as the embedded one does where a function calls itself without end; try --scratch",
  "0A000": ": PostgreSQL does not support it here, such as TRUNCATE of a table that others reference",
  "42704": ": a policy reads a variable that is not set, without missing_ok",
};
