import type { Row } from "../../fixtures/index.ts";
import type { Actor } from "../personas/index.ts";
import type { Attempt } from "../matrix/index.ts";
import type { Target, Targets } from "../environment/index.ts";
import { inTheNameOf, insertInto, on, spareRow, tenantColumn } from "./rows.ts";

/**
 * Inserts of own rows with a number or a text of another tenant's row, into tables with triggers or rules: these may
 * look the other row up by it, and write to it.
 */
export function businessKeyAttempts(
  target: Target,
  actor: Actor,
  targets: Targets,
  tenantSetting: string | null,
): Attempt[] {
  const own = target.triggers ? spareRow(target, "own") : null;
  if (own === null) return [];
  const mine = inTheNameOf(actor, target, own);
  return [...victimValues(target, mine, targets, tenantSetting)].slice(0, 6).map(([name, value]) =>
    on(target, {
      command: "INSERT",
      attack: `insert own row with another tenant's ${name}`,
      sql: insertInto(target, { ...mine, [name]: value }),
      writesOwnRow: true,
      probe: { kind: "all" },
    }),
  );
}

/** Columns that name neither tenant nor user, with a value that a row of another tenant has in a column of that name. */
export function* victimValues(
  target: Target,
  own: Row,
  targets: Targets,
  tenantSetting: string | null,
): Generator<[column: string, value: unknown]> {
  const tenant = tenantColumn(target, tenantSetting);
  for (const { name, type, generated } of target.columns) {
    if (generated !== "no" || name === tenant || name in target.filled.context || target.filled.users.includes(name))
      continue;
    for (const other of targets.values()) {
      // its own key would only clash
      if (other === target && target.primaryKey.includes(name)) continue;
      if (!other.columns.some((column) => column.name === name && column.type === type)) continue;
      const value = other.foreignRows[0]?.[name];
      if (value === undefined || value === null || typeof value === "object" || value === own[name]) continue;
      yield [name, value];
      break;
    }
  }
}
