import { rowCondition, type Target } from "../environment/index.ts";
import type { Attempt } from "../matrix/index.ts";
import type { Actor } from "../personas/index.ts";
import { inTheNameOf, insertInto, on, ownRow, setColumn, spareRow, tenantColumn } from "./rows.ts";

/** The number of such tenants that are tried. */
const MOST = 3;

/**
 * Writes of rows into a tenant that was there before, as a seed makes one for templates: a policy may let everybody
 * read its rows, and no member of another tenant may add to them. Blind statements reach its rows as they are.
 */
export function tenantsBeforeAttempts(target: Target, actor: Actor, tenantSetting: string | null): Attempt[] {
  const column = tenantColumn(target, tenantSetting);
  if (column === null || actor.class === "bad claims") return [];
  const tenants = [...new Map(target.otherRows.map((row) => [String(row[column]), row[column]])).values()];
  const spare = spareRow(target, "own");
  const own = ownRow(target, actor);
  return tenants.slice(0, MOST).flatMap((tenant, n): Attempt[] => [
    ...(spare
      ? [
          on(target, {
            command: "INSERT",
            attack: `insert into a tenant that was there before (${n + 1})`,
            sql: insertInto(target, { ...inTheNameOf(actor, target, spare), [column]: tenant }),
          }),
        ]
      : []),
    ...(own
      ? [
          on(target, {
            command: "UPDATE",
            attack: `move own row to a tenant that was there before (${n + 1})`,
            sql: `update ${target.sql} t set ${setColumn(target, column, tenant)} where ${rowCondition(target, own)}`,
          }),
        ]
      : []),
  ]);
}
