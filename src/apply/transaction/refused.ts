import { ToolError } from "../../errors.ts";
import { pgErrorOf } from "../../db/port.ts";

/** The hint for an error of the server, by SQLSTATE or its class (PostgreSQL manual, appendix A). */
const HINTS: readonly (readonly [prefix: string, hint: string])[] = [
  ["53100", "free space on the server's disk, and run the same command again"],
  ["53", "the server is short of a resource: increase it, and run the same command again"],
  ["57014", "raise `statementTimeoutMs` of the target, or make groups smaller with --by relation"],
  ["55P03", "another session holds a lock: run the same command again, or with --by auto"],
  ["40", "run the same command again"],
  ["25006", "the login or the database is read-only: use the primary, or a login that may write"],
  [
    "2BP01",
    "another object depends on one that the plan created: remove that dependency first; DROP … CASCADE would drop policies too",
  ],
  ["42501", "connect as the owner, or as a member of the owning role"],
  ["42P01", "an object that the plan changes no longer exists: run `rlsmith plan` again"],
  ["3F000", "an object that the plan changes no longer exists: run `rlsmith plan` again"],
  ["42704", "an object that the plan changes no longer exists: run `rlsmith plan` again"],
];

/**
 * An error of the server as a ToolError with a hint; any other error unchanged. `what`: the group that the error is
 * about, or the target.
 */
export function refusedByServer(error: unknown, what: string): unknown {
  const raised = error instanceof ToolError ? null : pgErrorOf(error);
  if (!raised) return error;
  const detail = raised.detail === null ? "" : `; ${raised.detail}`;
  return new ToolError(
    "environment",
    "REFUSED_BY_SERVER",
    `\`${what}\`: ${raised.message}${detail} (${raised.sqlstate}); none of its changes were committed`,
    (raised.sqlstate === "42501" && /permission denied for schema /.test(raised.message)
      ? "grant USAGE on the schema to the login"
      : null) ??
      HINTS.find(([prefix]) => raised.sqlstate.startsWith(prefix))?.[1] ??
      raised.hint ??
      "see the server's log, and run the same command again",
    { cause: error },
  );
}
