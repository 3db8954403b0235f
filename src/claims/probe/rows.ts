import type { Db } from "../../db/port.ts";
import type { Catalog, Column } from "../../pg/catalog.ts";
import { quoteIdent } from "../../pg/identifier.ts";
import { attempt, known, unknown, type Answer, type Unknown, comparable, jsonbOf, partsOf } from "../source/index.ts";
import { basesOf } from "../trigger/index.ts";
import { candidates, hasOneValue } from "./values.ts";
import type { SyncSource } from "../source/index.ts";

/** The values of a row, column → SQL. */
export type RowValues = ReadonlyMap<string, string>;

/**
 * An active row, and the values to change in it: one for each column from which the claims are computed, and one for
 * each column that makes it inactive.
 */
export interface ProbeRows {
  base: RowValues;
  changes: { column: string; value: string }[];
  deactivations: { column: string; value: string }[];
  /** the columns for which no second value was found */
  untried: string[];
}

// With more tries than this, a row is not found by trial.
const MOST_TRIES = 300;

/**
 * Find rows by trial: first values that make the row active, then other values. Unknown if no value makes it active.
 * Inside a transaction.
 */
export async function findRows(db: Db, source: SyncSource, catalog: Catalog): Promise<Answer<ProbeRows>> {
  const columns = new Map(source.relation.columns.map((column) => [column.name, column]));
  const bases = (names: readonly string[]): string[] =>
    [...new Set(names.flatMap((name) => basesOf(source.relation, name)))].filter((name) => name !== source.user);
  const activeColumns = bases(source.active?.columns ?? []);
  const claimColumns = bases(source.claims.flatMap((claim) => claim.columns));
  const choices = new Map<string, string[]>();
  for (const name of new Set([...activeColumns, ...claimColumns])) {
    const column = columns.get(name);
    if (!column) continue;
    const active = activeColumns.includes(name) ? [source.active?.sql ?? "true"] : [];
    const claims = source.claims.filter((claim) => claim.columns.includes(name)).map(({ sql }) => sql);
    const values = candidates(column, catalog, [...active, ...claims]);
    if (!column.notNull) values.push(`null::${column.type}`);
    choices.set(name, await fitting(db, source, name, values));
  }
  const rest = claimColumns.filter((name) => !activeColumns.includes(name));
  let found = await firstActive(db, source, choices, activeColumns);
  // a claim that casts or joins is not made of every value
  if (found?.kind === "unknown") found = await firstActive(db, source, choices, [...rest, ...activeColumns]);
  if (found?.kind !== "known")
    return unknown({
      kind: "no active row",
      active: source.active?.sql ?? "true",
      because: found?.because ?? null,
    });
  const { row: base, expected } = found.value;
  const firstOther = async (name: string, fits: (seen: Evaluated) => boolean): Promise<string | null> => {
    for (const value of choices.get(name) ?? []) {
      if (value === base.get(name)) continue;
      const seen = await evaluate(db, source, new Map([...base, [name, value]]));
      if (seen.kind === "known" && fits(seen.value)) return value;
    }
    return null;
  };
  const rows: ProbeRows = { base, changes: [], deactivations: [], untried: [] };
  for (const name of activeColumns) {
    const value = await firstOther(name, (seen) => !seen.active);
    if (value === null) rows.untried.push(name);
    else rows.deactivations.push({ column: name, value });
  }
  for (const name of claimColumns) {
    const value = await firstOther(
      name,
      (seen) => seen.active && JSON.stringify(seen.expected) !== JSON.stringify(expected),
    );
    const column = columns.get(name);
    if (value !== null) rows.changes.push({ column: name, value });
    // A column that decides which rows are active may have only one value in active rows.
    else if (column && !activeColumns.includes(name) && !hasOneValue(column, catalog)) rows.untried.push(name);
  }
  return known(rows);
}

/** The values from which all claims can be computed that read this column alone. */
async function fitting(db: Db, source: SyncSource, name: string, values: readonly string[]): Promise<string[]> {
  const own = source.claims.filter(({ columns: [only, ...more] }) => only === name && more.length === 0);
  if (own.length === 0) return [...values];
  const made = own.map((claim) => comparable(source, claim, `${jsonbOf(claim)} #>> '{}'`)).join(", ");
  const fit: string[] = [];
  for (const value of values) {
    const sql = `select ${made} from (select ${value} as ${quoteIdent(name)}) as ${quoteIdent(source.relation.name)}`;
    if ((await attempt(db, async () => db.exec(sql))).kind === "known") fit.push(value);
  }
  // If no value fits, the first one shows the error.
  return fit.length > 0 ? fit : [...values];
}

interface Evaluated {
  active: boolean;
  expected: (string | null)[];
}

/**
 * The result of the source's expressions for a row that is not stored. Generated columns are computed as the relation
 * does.
 */
async function evaluate(db: Db, source: SyncSource, row: RowValues): Promise<Answer<Evaluated>> {
  const { active, expected, alias } = partsOf(source) as { active: string; expected: string; alias: string };
  const made = ({ generated }: Column): boolean => generated === "stored" || generated === "virtual";
  const { columns } = source.relation;
  const values = columns
    .filter((column) => !made(column))
    .map((column) => `${row.get(column.name) ?? `null::${column.type}`} as ${quoteIdent(column.name)}`);
  const all = columns.map((column) =>
    made(column) ? `(${column.expression ?? "null"}) as ${quoteIdent(column.name)}` : quoteIdent(column.name),
  );
  const sql = `select ${active} as active, to_json(${expected}) as expected
    from (select ${all.join(", ")} from (select ${values.join(", ")}) as ${alias}) as ${alias}`;
  return attempt(db, async () => {
    const [seen] = await db.query<Evaluated>(sql);
    return seen ?? { active: false, expected: [] };
  });
}

/**
 * The first active row, over all values of some columns and the first value of the others; otherwise the last error, or null
 * if there was none.
 */
async function firstActive(
  db: Db,
  source: SyncSource,
  choices: ReadonlyMap<string, string[]>,
  varied: readonly string[],
): Promise<Answer<{ row: RowValues; expected: (string | null)[] }> | null> {
  let rows = [new Map([...choices].flatMap(([name, [first]]) => (first === undefined ? [] : [[name, first]])))];
  // The last of the columns changes fastest.
  for (const name of varied)
    rows = rows
      .flatMap((row) => (choices.get(name) ?? []).map((value) => new Map([...row, [name, value]])))
      .slice(0, MOST_TRIES);
  let last: Unknown | null = null;
  for (const row of rows) {
    const seen = await evaluate(db, source, row);
    if (seen.kind === "unknown") last = seen;
    else if (seen.value.active) return known({ row, expected: seen.value.expected });
  }
  return last;
}

/**
 * The values for columns that must have one and have no default: the first of each, or the second. Inside a
 * transaction.
 */
export async function fillers(
  db: Db,
  source: SyncSource,
  catalog: Catalog,
  which: 0 | 1,
): Promise<Map<string, string>> {
  const keys = new Set(source.relation.uniqueKeys.flat());
  const values = new Map<string, string>();
  for (const column of source.relation.columns) {
    if ((!column.notNull && !keys.has(column.name)) || column.expression !== null || column.generated !== "no")
      continue;
    const fit: string[] = [];
    for (const value of candidates(column, catalog, [])) {
      // A domain may reject the value.
      if ((await attempt(db, async () => db.exec(`select ${value}`))).kind === "known") fit.push(value);
      if (fit.length > which) break;
    }
    const value = (keys.has(column.name) ? fit[which] : null) ?? fit[0];
    if (value !== undefined) values.set(column.name, value);
  }
  return values;
}
