import type { Db } from "../db/port.ts";
import type { Catalog, Column } from "../pg/catalog.ts";
import { quoteIdent } from "../pg/identifier.ts";
import { attempt } from "./answer.ts";
import { candidates } from "./probe-values.ts";
import type { SyncSource } from "./source.ts";
import { partsOf } from "./sql.ts";

/** Values of a row, column → SQL. */
export type RowValues = ReadonlyMap<string, string>;

/** An active row, and what to change in it: one value a column that the claims are made of, and one a column that makes it inactive. */
export interface ProbeRows {
  base: RowValues;
  changes: { column: string; value: string }[];
  deactivations: { column: string; value: string }[];
  /** columns for which no second value was found */
  untried: string[];
}

// more than this is no row to be found by trying
const MOST_TRIES = 300;

/** Find rows by trying values: those that make the row active, then others. Null where nothing makes it active. Inside a transaction. */
export async function findRows(db: Db, source: SyncSource, catalog: Catalog): Promise<ProbeRows | null> {
  const columns = new Map(source.relation.columns.map((column) => [column.name, column]));
  const activeColumns = (source.active?.columns ?? []).filter((name) => name !== source.user);
  const claimColumns = [...new Set(source.claims.flatMap((claim) => claim.columns))].filter(
    (name) => name !== source.user,
  );
  const choices = new Map<string, string[]>();
  for (const name of new Set([...activeColumns, ...claimColumns])) {
    const column = columns.get(name);
    if (!column || column.generated === "stored" || column.generated === "virtual") continue;
    const values = candidates(column, catalog, activeColumns.includes(name) ? (source.active?.sql ?? null) : null);
    const nullable = activeColumns.includes(name) && !column.notNull;
    choices.set(name, nullable ? [...values, `null::${column.type}`] : values);
  }
  const evaluate = async (row: RowValues): Promise<Evaluated | null> => {
    const parts = partsOf(source);
    const sql = `select ${parts["active"]} as active, to_json(${parts["expected"]}) as expected from (select ${source.relation.columns
      .map((column) => `${row.get(column.name) ?? `null::${column.type}`} as ${quoteIdent(column.name)}`)
      .join(", ")}) as ${parts["alias"]}`;
    const answer = await attempt(db, async () => db.query<Evaluated>(sql));
    return answer.kind === "known" ? (answer.value[0] ?? null) : null;
  };
  const start = new Map([...choices].flatMap(([name, [first]]) => (first === undefined ? [] : [[name, first]])));
  const found = await firstActive(start, choices, activeColumns, evaluate);
  if (found === null) return null;
  const { row: base, expected } = found;
  const rows: ProbeRows = { base, changes: [], deactivations: [], untried: [] };
  for (const name of claimColumns) {
    const value = await firstOther(base, name, choices, async (row) => {
      const seen = await evaluate(row);
      return seen?.active === true && JSON.stringify(seen.expected) !== JSON.stringify(expected);
    });
    if (value === null) rows.untried.push(name);
    else rows.changes.push({ column: name, value });
  }
  for (const name of activeColumns) {
    const value = await firstOther(base, name, choices, async (row) => (await evaluate(row))?.active === false);
    if (value === null) rows.untried.push(name);
    else rows.deactivations.push({ column: name, value });
  }
  return rows;
}

interface Evaluated {
  active: boolean;
  expected: (string | null)[];
}

async function firstActive(
  start: ReadonlyMap<string, string>,
  choices: ReadonlyMap<string, string[]>,
  activeColumns: readonly string[],
  evaluate: (row: RowValues) => Promise<Evaluated | null>,
): Promise<{ row: RowValues; expected: (string | null)[] } | null> {
  let rows: Map<string, string>[] = [new Map(start)];
  for (const name of activeColumns)
    rows = rows
      .flatMap((row) => (choices.get(name) ?? []).map((value) => new Map([...row, [name, value]])))
      .slice(0, MOST_TRIES);
  for (const row of rows) {
    const seen = await evaluate(row);
    if (seen?.active) return { row, expected: seen.expected };
  }
  return null;
}

async function firstOther(
  base: RowValues,
  name: string,
  choices: ReadonlyMap<string, string[]>,
  fits: (row: RowValues) => Promise<boolean>,
): Promise<string | null> {
  for (const value of choices.get(name) ?? [])
    if (value !== base.get(name) && (await fits(new Map([...base, [name, value]])))) return value;
  return null;
}

/** Values for columns of the primary key that nothing else fills. */
export function keyValues(keys: readonly string[], columns: readonly Column[], catalog: Catalog): Map<string, string> {
  const values = new Map<string, string>();
  for (const column of columns) {
    if (!keys.includes(column.name) || column.expression !== null || column.generated !== "no") continue;
    // migrations may have made rows 1 and 2
    const [value] = /^(small|big)?int(eger)?$/.test(column.type) ? ["31001"] : candidates(column, catalog, null);
    if (value !== undefined) values.set(column.name, value);
  }
  return values;
}
