import type { NameKey } from "../../pg/name.ts";
import type { Formula, Row } from "../logic/formula.ts";
import type { Sort } from "../logic/sort.ts";
import { columnIsNull, columnIsTrue } from "../logic/symbol.ts";
import type { SolverState, TableRow } from "./state.ts";

/** Columns that the query speaks of, with their sorts; null for boolean ones. */
type Columns = ReadonlyMap<string, Sort | null>;

/**
 * Two rows that agree on a unique key are one row, so they agree on every column. Formulas that were not given before.
 */
export function uniqueKeys(state: SolverState): Formula[] {
  const made: Formula[] = [];
  for (const [table, rows] of state.rowsOf) {
    const { uniqueKeys: keys } = state.table(table);
    if (rows.length < 2 || keys.length === 0) continue;
    const columns = columnsOf(state, table);
    for (const [index, key] of keys.entries()) {
      // a key with a column that nothing is said of can always be told apart by that column
      if (!key.every((column) => columns.get(column))) continue;
      for (let one = 0; one < rows.length; one += 1)
        for (let two = one + 1; two < rows.length; two += 1) {
          const [a, b] = [rows[one], rows[two]];
          if (a && b)
            made.push(...oneRow(state, { table, columns, key, id: `${a.row.id} ${b.row.id} ${index}` }, a, b));
        }
    }
  }
  return made;
}

interface Key {
  table: NameKey;
  columns: Columns;
  key: readonly string[];
  /** of the key and the pair of rows */
  id: string;
}

function oneRow(state: SolverState, { table, columns, key, id }: Key, a: TableRow, b: TableRow): Formula[] {
  const { logic, merged } = state;
  const { notNull } = state.table(table);
  const isNull = (column: string, row: Row): Formula =>
    notNull.has(column) ? logic.false : logic.predicate(columnIsNull(column), row, []);
  const sameValue = (column: string, sort: Sort): Formula =>
    logic.equal(logic.column(sort, a.row, column), logic.column(sort, b.row, column));
  const isTrue = (column: string, row: Row): Formula => logic.predicate(columnIsTrue(column), row, []);
  const fresh = [...columns].filter(([column]) => !merged.has(`${id} ${column}`));
  if (fresh.length === 0) return [];
  const alike: Formula[] = [a.here, b.here];
  for (const column of key) {
    const sort = columns.get(column);
    for (const { row } of [a, b]) alike.push(logic.not(isNull(column, row)));
    if (sort) alike.push(sameValue(column, sort));
  }
  const differ = logic.not(logic.and(...alike));
  return fresh.map(([column, sort]) => {
    merged.add(`${id} ${column}`);
    const nulls = logic.iff(isNull(column, a.row), isNull(column, b.row));
    const values = sort === null ? logic.iff(isTrue(column, a.row), isTrue(column, b.row)) : sameValue(column, sort);
    return logic.or(differ, logic.and(nulls, values));
  });
}

function columnsOf(state: SolverState, table: NameKey): Columns {
  const columns = new Map<string, Sort | null>();
  for (const term of state.terms)
    if (term.kind === "column" && isIn(state, term.row, table)) columns.set(term.column, term.sort);
  for (const { symbol, row } of state.predicates)
    if (symbol.kind === "true" && row && isIn(state, row, table)) columns.set(symbol.column, null);
  return columns;
}

const isIn = ({ rows }: SolverState, row: Row, table: NameKey): boolean =>
  row.table === table || rows.some((given) => given.row === row && given.table === table);
