import { textOf, type FilledTable, type Fixtures, type Row } from "../../fixtures/index.ts";
import { quoteLiteral } from "../../pg/identifier.ts";
import { nameKey, relationKey, type NameKey } from "../../pg/name.ts";
import type { Example } from "../run/index.ts";
import type { TestEnvironment } from "../environment/index.ts";

/** The number of rows of each table and tenant. */
const ROWS = 2;

/**
 * The fixtures with the rows that the tests need: a few of each table and tenant, those of the members, those that the
 * statements of breaches name, those that a variable of a breach stands for, and all that these and the rows to be inserted reference.
 */
export function neededRows(
  { surface, memberships }: TestEnvironment,
  fixtures: Fixtures,
  examples: readonly Example[],
): Fixtures {
  const texts = examples
    .flatMap(({ attempt, standing }) => [attempt.sql, ...(attempt.setup ?? []), ...(standing?.prelude ?? [])])
    .join("\n");
  const standings = examples
    .flatMap(({ standing }) => [...(standing?.setup ?? []), ...(standing?.prelude ?? []), ...(standing?.earlier ?? [])])
    .join("\n");
  const ofTenants = new Set(fixtures.tenants.flatMap(({ values }) => Object.values(values)));
  const tables = new Map(fixtures.filled.map((table) => [relationKey(table), table]));
  const ids = new Set(fixtures.members.flatMap(({ user, values }) => [user, ...Object.values(values)]));
  const kept = new Map<NameKey, Set<Row>>();
  const open: [NameKey, Row][] = [];
  const keep = (name: NameKey, row: Row): void => {
    const rows = kept.get(name) ?? new Set();
    kept.set(name, rows);
    if (rows.has(row)) return;
    rows.add(row);
    open.push([name, row]);
  };
  for (const [name, table] of tables) {
    const isNamed = (row: Row): boolean =>
      table.primaryKey.length > 0 && table.primaryKey.every((column) => texts.includes(String(row[column])));
    const isMembers = (row: Row): boolean =>
      memberships.includes(name) ||
      [...table.primaryKey, ...table.users].some((column) => ids.has(String(row[column])));
    // a variable that stands for a user is set to the user of a certain row; one of a tenant is of all its rows
    const isOfVariable = (row: Row): boolean =>
      Object.keys(table.context).some((column) => {
        const value = row[column];
        if (value === null || value === undefined) return false;
        const text = textOf(value);
        return !ofTenants.has(text) && standings.includes(quoteLiteral(text));
      });
    for (const rows of Object.values(table.rows))
      for (const [n, row] of rows.entries())
        if (n < ROWS || isMembers(row) || isNamed(row) || isOfVariable(row)) keep(name, row);
    // not inserted, but what it references has to be there
    for (const row of Object.values(table.spare)) open.push([name, row]);
  }
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [name, row] = next;
    for (const key of surface.foreignKeys) {
      if (relationKey(key) !== name) continue;
      const parent = nameKey(key.target);
      for (const above of Object.values(tables.get(parent)?.rows ?? {}).flat())
        if (key.columns.every((column, n) => row[column] === above[key.targetColumns[n] ?? ""])) keep(parent, above);
    }
  }
  const filled = fixtures.filled.map((table): FilledTable => {
    const rows = kept.get(relationKey(table));
    return {
      ...table,
      rows: Object.fromEntries(
        Object.entries(table.rows).map(([tenant, made]) => [tenant, made.filter((row) => rows?.has(row) === true)]),
      ),
    };
  });
  return { ...fixtures, filled };
}
