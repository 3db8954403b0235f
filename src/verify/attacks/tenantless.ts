import { quoteIdent } from "../../pg/identifier.ts";
import type { Attempt } from "../matrix/index.ts";
import type { Actor } from "../personas/index.ts";
import { rowCondition, type Target } from "../environment/index.ts";
import { foreignRow, inTheNameOf, insertInto, mayClear, on, setColumn, spareRow, tenantColumn, touch } from "./rows.ts";

/**
 * Writes of rows without a tenant: if all tenants share such rows, no member of one may insert, change or delete them.
 */
export function tenantlessAttempts(target: Target, actor: Actor, tenantSetting: string | null): Attempt[] {
  const column = tenantColumn(target, tenantSetting);
  const row = foreignRow(target);
  if (target.tenantless === null || column === null || !row || !mayClear(target, actor)) return [];
  const write = (command: Attempt["command"], attack: string, sql: string, setup?: string[]): Attempt =>
    on(target, {
      command,
      attack,
      sql,
      probe: { kind: "tenantless", name: target.name },
      ...(setup ? { setup } : {}),
      judge: {
        kind: "tenantless",
        door: "policy",
        object: { kind: target.kind, name: target.name },
        message: `policies of \`${target.name}\` let members of one tenant write rows without a tenant, which are everybody's`,
      },
    });
  const made = [`update ${target.sql} t set ${quoteIdent(column)} = null where ${rowCondition(target, row)}`];
  const spare = spareRow(target, "own");
  const set = touch(target, row);
  return [
    ...(spare
      ? [
          write(
            "INSERT",
            "insert a row without a tenant",
            insertInto(target, { ...inTheNameOf(actor, target, spare), [column]: null }, "", [column]),
          ),
        ]
      : []),
    ...(set === null
      ? []
      : [write("UPDATE", "update a row without a tenant, blind", `update ${target.sql} t set ${set}`, made)]),
    write(
      "UPDATE",
      "take a row without a tenant over, blind",
      `update ${target.sql} t set ${setColumn(target, column, target.ownRows[0]?.[column])}`,
      made,
    ),
    write("DELETE", "delete a row without a tenant, blind", `delete from ${target.sql} t`, made),
  ];
}
