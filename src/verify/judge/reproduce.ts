import { arrivalStatements } from "../../request/index.ts";
import type { Attempt } from "../matrix/index.ts";
import type { Actor } from "../personas/index.ts";

/**
 * Statements to paste into psql, as a login that may become the role, to reproduce the answer. They end with a
 * rollback.
 */
export function reproduce(attempt: Attempt, actor: Actor, prelude: readonly string[]): string[] {
  return [
    "begin",
    ...arrivalStatements({ ...actor, setup: [...actor.setup, ...(attempt.setup ?? [])] }),
    ...prelude,
    attempt.sql,
    "rollback",
  ].map((statement) => `${statement};`);
}
