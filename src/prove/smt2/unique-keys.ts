import type { NameKey } from "../../pg/name.ts";
import type { Formula } from "../logic/formula.ts";
import type { Sort } from "../logic/sort.ts";
import { columnIsNull } from "../logic/symbol.ts";
import { visit } from "../logic/visit.ts";
import type { TableFacts } from "../solve/state.ts";
import {
  columnName,
  declare,
  declareHere,
  predicateName,
  rowSort,
  sortName,
  tableOf,
  type Printer,
} from "./printer.ts";

/** Two rows that are there and agree on a unique key are one row. */
export function printUniqueKeys(
  printer: Printer,
  formulas: readonly Formula[],
  factsOf: (table: NameKey) => TableFacts,
): string[] {
  const columns = columnsIn(printer, formulas);
  return [...printer.tables].flatMap((table) => {
    const { uniqueKeys, notNull } = factsOf(table);
    return uniqueKeys.flatMap((key) => {
      const parts = key.map((name) => ({ name, sort: columns.get(table)?.get(name) }));
      const alike = parts.flatMap(({ name, sort }) => (sort ? agree(printer, table, { name, sort, notNull }) : []));
      // a key with a column that nothing is said of can always be told apart by that column
      if (!parts.every(({ sort }) => sort !== undefined)) return [];
      const row = rowSort(table);
      const here = declareHere(printer, table);
      return [
        `(assert (forall ((a ${row}) (b ${row})) (=> (and (${here} a) (${here} b) ${alike.join(" ")}) (= a b))))`,
      ];
    });
  });
}

/** Rows `a` and `b` have the same value in the column, and it is not NULL. */
function agree(
  printer: Printer,
  table: NameKey,
  { name, sort, notNull }: { name: string; sort: Sort; notNull: ReadonlySet<string> },
): string[] {
  const row = rowSort(table);
  const column = declare(printer, columnName(table, name, sort), [row], sortName(printer, sort));
  const same = `(= (${column} a) (${column} b))`;
  if (notNull.has(name)) return [same];
  const isNull = declare(printer, predicateName(columnIsNull(name), table, []), [row], "Bool");
  return [same, `(not (${isNull} a))`, `(not (${isNull} b))`];
}

/** Sorts of the columns that formulas speak of, by table and name. */
function columnsIn(printer: Printer, formulas: readonly Formula[]): Map<NameKey, Map<string, Sort>> {
  const columns = new Map<NameKey, Map<string, Sort>>();
  visit(
    formulas,
    () => {},
    (at) => {
      if (at.kind !== "column") return;
      const table = tableOf(printer, at.row);
      const known = columns.get(table) ?? new Map<string, Sort>();
      columns.set(table, known.set(at.column, at.sort));
    },
  );
  return columns;
}
