import { insertRecorded, type FilledTable, type Fixtures, type Row } from "../../fixtures/index.ts";
import type { Catalog } from "../../pg/catalog.ts";
import { isPlatformFunction } from "../../pg/platform-objects.ts";
import { isPlatformUsers } from "../../pg/platform-schemas.ts";
import { nameKey, parseName, quoteName, relationKey, relationOf, type NameKey } from "../../pg/name.ts";
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
  const { fixtures, catalog, surface, targets, memberships, writes } = environment;
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
    table.primaryKey.length > 0 && table.primaryKey.every((name) => mentions(text, String(row[name])));
  const direct = attempt.through.kind === "table" || attempt.through.kind === "partition";
  const starts = new Set<NameKey>([
    attempt.relation as NameKey,
    ...(attempt.behind ?? []),
    ...reached,
    ...(direct ? [] : readByFunctions(environment, attempt)),
  ]);
  const asksUsers =
    catalog.functions.some((fn) => !isPlatformFunction(catalog, fn) && /\busers\b/.test(fn.body)) ||
    // a row that the statement inserts may reference an account
    surface.foreignKeys.some((key) => key.target.name === "users" && starts.has(relationKey(key)));
  for (const table of fixtures.filled) {
    const name = relationKey(table);
    const isUsers = isPlatformUsers(catalog, relationOf(table));
    const isWanted = starts.has(name) || memberships.includes(name);
    for (const row of Object.values(table.rows).flat())
      if (isWanted || (isNamed(table, row) && (!isUsers || asksUsers))) add(table, row);
  }
  // rows of a partition are recorded with its target, those of its root with the fixtures
  const target = targets.get(attempt.relation);
  const partition: FilledTable[] =
    target && !tables.has(target.name)
      ? [
          {
            ...target.filled,
            schema: target.schema,
            relation: target.relation,
            rows: { [ATTACKER]: target.ownRows, [VICTIM]: target.foreignRows },
          },
        ]
      : [];
  for (const { rows } of partition) for (const row of Object.values(rows).flat()) if (target) add(target.filled, row);
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
  const filled = fixtures.filled
    .map((table) => ({ ...table, rows: only(catalog, table, chosen.get(relationKey(table))) }))
    .concat(partition);
  const copy = attempt.through.kind === "materialized view" ? parseName(attempt.through.name) : null;
  return [
    ...insertRecorded({ ...fixtures, filled } satisfies Fixtures, catalog, new Set(surface.rules.map(relationKey))),
    ...(copy ? [`refresh materialized view ${quoteName(copy)}`] : []),
  ];
}

/** True if a text has the value, and not as a part of a longer word or number. */
const mentions = (text: string, value: string): boolean =>
  text.includes(value) &&
  new RegExp(`(?<![\\w.-])${value.replaceAll(/[^\w]/g, String.raw`\$&`)}(?![\\w.-])`).test(text);

/** What an account needs, of the many columns that the platform fills. */
const ACCOUNT = new Set(["id", "aud", "role", "email", "raw_app_meta_data", "raw_user_meta_data"]);

const shortened = (catalog: Catalog, table: FilledTable, row: Row): Row =>
  isPlatformUsers(catalog, relationOf(table))
    ? Object.fromEntries(Object.entries(row).filter(([name, value]) => ACCOUNT.has(name) && value !== null))
    : row;

const only = (catalog: Catalog, table: FilledTable, chosen: ReadonlySet<Row> = new Set()): Record<string, Row[]> =>
  Object.fromEntries(
    Object.entries(table.rows).map(([tenant, some]) => [
      tenant,
      some.filter((row) => chosen.has(row)).map((row) => shortened(catalog, table, row)),
    ]),
  );

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
