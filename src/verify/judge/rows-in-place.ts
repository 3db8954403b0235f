import { insertRecorded, type FilledTable, type Fixtures, type Row } from "../../fixtures/index.ts";
import { nameKey, relationKey, type NameKey } from "../../pg/name.ts";
import type { TestEnvironment } from "../environment/index.ts";
import type { Attempt } from "../matrix/index.ts";
import { ATTACKER, VICTIM } from "../personas/index.ts";

type Environment = Pick<TestEnvironment, "fixtures" | "catalog" | "surface" | "targets" | "memberships" | "writes">;

/**
 * Statements that insert the rows which an attempt needs, in a database that has none: those that its statements name,
 * one of each tenant where they name none, those of the members, and the rows that all of these reference. None on a
 * database whose own rows were attacked.
 */
export function rowsInPlace(
  environment: Environment,
  attempt: Attempt,
  texts: readonly string[],
  reached: readonly NameKey[],
): string[] {
  const { fixtures, catalog, surface, memberships, writes } = environment;
  if (!writes) return [];
  const tables = new Map(fixtures.filled.map((table) => [relationKey(table), table]));
  const chosen = new Map<NameKey, Set<Row>>();
  const add = (table: FilledTable, row: Row): boolean => {
    const rows = chosen.get(relationKey(table)) ?? new Set();
    chosen.set(relationKey(table), rows);
    if (rows.has(row)) return false;
    rows.add(row);
    return true;
  };
  const text = texts.join("\n");
  const isNamed = (table: FilledTable, row: Row): boolean =>
    table.primaryKey.length > 0 &&
    table.primaryKey.every((name) => {
      const value = String(row[name]);
      return value.length > 5 ? text.includes(value) : new RegExp(`'${value}'`).test(text);
    });
  const direct = attempt.through.kind === "table" || attempt.through.kind === "partition";
  const starts = new Set<NameKey>([
    attempt.relation as NameKey,
    ...(attempt.behind ?? []),
    ...reached,
    ...(direct ? [] : readByFunctions(environment, attempt)),
  ]);
  for (const table of fixtures.filled) {
    const name = relationKey(table);
    const all = Object.values(table.rows).flat();
    for (const row of all) if (isNamed(table, row) || memberships.includes(name)) add(table, row);
    if (!starts.has(name)) continue;
    if (!direct) for (const row of all) add(table, row);
    for (const tenant of [ATTACKER, VICTIM]) {
      const rows = table.rows[tenant] ?? [];
      for (const row of [rows[0], rows.at(-1)]) if (row) add(table, row);
    }
  }
  for (let again = true; again;) {
    again = false;
    for (const key of surface.foreignKeys) {
      const parent = tables.get(nameKey(key.target));
      for (const row of parent ? (chosen.get(relationKey(key)) ?? []) : [])
        for (const above of parent ? Object.values(parent.rows).flat() : [])
          if (parent && key.columns.every((name, n) => row[name] === above[key.targetColumns[n] ?? ""]))
            again = add(parent, above) || again;
    }
  }
  const filled = fixtures.filled.map((table) => ({ ...table, rows: only(table, chosen.get(relationKey(table))) }));
  return insertRecorded({ ...fixtures, filled } satisfies Fixtures, catalog);
}

const only = ({ rows }: FilledTable, chosen: ReadonlySet<Row> = new Set()): Record<string, Row[]> =>
  Object.fromEntries(Object.entries(rows).map(([tenant, some]) => [tenant, some.filter((row) => chosen.has(row))]));

/** The relations that the called function names, itself or through functions that it names. */
function readByFunctions({ catalog, targets }: Environment, attempt: Attempt): NameKey[] {
  const bodies = [attempt.sql];
  const seen = new Set<string>();
  for (const body of bodies)
    for (const fn of catalog.functions)
      if (!seen.has(fn.body) && body.includes(fn.name)) {
        seen.add(fn.body);
        bodies.push(fn.body);
      }
  return [...targets.values()]
    .filter(({ relation }) => bodies.some((body) => body.includes(relation)))
    .map(({ name }) => name);
}
