import { quoteLiteral, quoteRole } from "../../pg/identifier.ts";
import type { Attempt } from "../matrix/index.ts";
import type { Actor } from "../personas/index.ts";

/**
 * Statements to paste into psql, as a login that may become the role, to reproduce the answer. They end with a
 * rollback.
 */
export function reproduce(attempt: Attempt, actor: Actor, prelude: readonly string[]): string[] {
  return [
    "begin",
    ...actor.setup,
    ...(attempt.setup ?? []),
    `set local role ${quoteRole(actor.role)}`,
    ...(actor.claims === null ? [] : [`select set_config('request.jwt.claims', ${quoteLiteral(actor.claims)}, true)`]),
    ...prelude,
    attempt.sql,
    "rollback",
  ].map((statement) => `${statement};`);
}
