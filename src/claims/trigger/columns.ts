import type { Relation } from "../../pg/catalog.ts";
import { columnsIn } from "../source/index.ts";
import type { SyncTrigger } from "./sync-trigger.ts";

/** The columns on which a column depends: for a generated column, those in its expression; for any other, itself. */
export function basesOf(relation: Relation, name: string): string[] {
  const column = relation.columns.find((one) => one.name === name);
  const made = column?.generated === "stored" || column?.generated === "virtual";
  return made && column.expression !== null ? columnsIn(column.expression) : [name];
}

/**
 * True if every UPDATE that changes a column fires the trigger. UPDATE OF a generated column fires for the columns in
 * its expression.
 */
export const firesOn = (relation: Relation, { onUpdate, updateOf }: SyncTrigger, name: string): boolean =>
  onUpdate &&
  (updateOf.length === 0 ||
    basesOf(relation, name).every((base) =>
      updateOf.some((named) => named === base || basesOf(relation, named).includes(base)),
    ));
