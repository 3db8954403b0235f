import type { Db } from "../../../db/port.ts";
import { isSettable } from "../../../pg/context.ts";
import { quoteLiteral } from "../../../pg/identifier.ts";
import type { Known } from "../scratch-environment.ts";

/** The settings in which PostgREST hands on the token; `request.jwt.claim.<name>` up to its version 8. */
const TOKEN = ["request.jwt.claims", "request.jwt.claim.sub", "request.jwt.claim.role"];

/** The settings that may hold what an earlier client of a pool has set: variables that something reads, and the token. */
export const settingsToClear = ({ context, unmapped }: Pick<Known, "context" | "unmapped">): string[] => [
  ...new Set([
    ...context.variables.filter(isSettable).map(({ setting }) => setting),
    ...unmapped.map(({ setting }) => setting),
    ...TOKEN,
  ]),
];

/**
 * A query that empties, for the rest of the transaction, those of the settings that hold a value, and returns them. A
 * setting that is unset stays unset. A session variable that a client has set and committed stays on the connection,
 * and a pool that shares connections hands it on to the next client, unless the pool resets them (PgBouncer's
 * `server_reset_query`, which it does not run in transaction mode).
 */
export const clearingText = (settings: readonly string[]): string =>
  `with left_behind as materialized (
     select name, current_setting(name, true) as value
     from json_array_elements_text(${quoteLiteral(JSON.stringify(settings))}) name
   )
   select name, value, set_config(name, '', true) as cleared from left_behind where value <> ''`;

/** Empty the settings that an earlier client left on this connection, inside the open transaction. */
export async function clearLeft(db: Db, settings: readonly string[]): Promise<Map<string, string>> {
  const rows = await db.query<{ name: string; value: string }>(clearingText(settings));
  return new Map(rows.map(({ name, value }) => [name, value]));
}
