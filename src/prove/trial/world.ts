import { quoteIdent } from "../../pg/identifier.ts";
import { nameKey, quoteName, type QualifiedName } from "../../pg/name.ts";
import type { Component } from "../component.ts";
import { documentFor, printDocument, type Document } from "./json.ts";
import type { Random } from "./random.ts";
import type { ColumnChoice, TableChoice, Universe } from "./universe.ts";
import type { SqlValue } from "./values.ts";

/** A row to be inserted; columns that are not named get their defaults. */
export interface PlannedRow {
  relation: QualifiedName;
  values: ReadonlyMap<string, SqlValue>;
}

/** The value of a setting: a text, or a document by its leaves. */
export type SettingValue = string | Document;

/** The settings of a request; one that is not named is not set. */
export type Context = ReadonlyMap<string, SettingValue>;

/** A state, rows of the relation in question to be asked for, and requests. */
export interface World {
  others: PlannedRow[];
  rows: PlannedRow[];
  contexts: Context[];
}

export const printContext = (context: Context): Record<string, string> =>
  Object.fromEntries(
    [...context].map(([name, value]) => [name, typeof value === "string" ? value : printDocument(value)]),
  );

/** INSERT of a row, which returns what `returning` says; only columns that the side has. */
export function insertOf({ relation, values }: PlannedRow, columns: ReadonlySet<string>): string {
  const named = [...values].filter(([name]) => columns.has(name));
  if (named.length === 0) return `insert into ${quoteName(relation)} default values`;
  return `insert into ${quoteName(relation)} (${named.map(([name]) => quoteIdent(name)).join(", ")}) overriding system value values (${named.map(([, value]) => value).join(", ")})`;
}

/** How many rows and requests a world has: a statement for each row is dearer than one for all. */
export const sizeOf = (component: Component): { rows: number; contexts: number } =>
  component === "INSERT" || component === "UPDATE CHECK" ? { rows: 24, contexts: 14 } : { rows: 48, contexts: 16 };

function valueOf(random: Random, column: ColumnChoice, likely: number): SqlValue | undefined {
  const { choice, read, required, identity, fresh } = column;
  if (fresh && (!read || random.chance(0.5))) {
    if (identity && !read) return undefined;
    return fresh(random.fresh());
  }
  if (!read) return required && !identity ? choice.hot[0] : undefined;
  if (!required && random.chance(0.05)) return "null";
  return random.pick(random.chance(likely) || choice.cold.length === 0 ? choice.hot : choice.cold);
}

export function randomRow(random: Random, table: TableChoice, likely: number): PlannedRow {
  const values = new Map<string, SqlValue>();
  for (const column of table.columns) {
    const value = valueOf(random, column, likely);
    if (value !== undefined) values.set(column.name, value);
  }
  return { relation: { schema: table.schema, name: table.name }, values };
}

const RARE = ["", "null", "{}", "[]", "1", "x", '{"sub": null}'];

export function randomContext(random: Random, universe: Universe, likely: number): Context {
  const context = new Map<string, SettingValue>();
  for (const name of universe.documents) {
    if (random.chance(0.05)) continue;
    if (random.chance(0.06)) context.set(name, random.pick(RARE) ?? "");
    else context.set(name, documentFor(random, universe.leaves, likely));
  }
  for (const [name, { hot, cold }] of universe.settings) {
    if (random.chance(0.1)) continue;
    const value = random.pick(random.chance(likely) || cold.length === 0 ? hot : cold);
    if (value !== undefined) context.set(name, value);
  }
  return context;
}

/** Rows of the tables that policies read: of each none, one, or some. */
function otherRows(random: Random, universe: Universe, component: Component): PlannedRow[] {
  const own = nameKey(universe.own);
  const rows = universe.tables.flatMap((table) => {
    // an UPDATE changes the only row that there is
    const counts = nameKey(table) !== own ? [0, 1, 2, 3, 6] : component === "INSERT" ? [0, 0, 1, 3] : [0];
    return Array.from({ length: random.pick(counts) ?? 0 }, () => randomRow(random, table, 0.85));
  });
  return component === "UPDATE CHECK" ? [...rows, randomRow(random, universe.own, 0.8)] : rows;
}

export function randomWorld(random: Random, universe: Universe, component: Component): World {
  const size = sizeOf(component);
  const likely = random.pick([0.95, 0.8, 0.6]) ?? 0.8;
  return {
    others: otherRows(random, universe, component),
    rows: Array.from({ length: size.rows }, () => randomRow(random, universe.own, likely)),
    contexts: Array.from({ length: size.contexts }, () => randomContext(random, universe, likely)),
  };
}

/** Around a row and a request: each differs from them in one value. */
export function worldAround(
  random: Random,
  universe: Universe,
  component: Component,
  { others, row, context }: { others: readonly PlannedRow[]; row: PlannedRow; context: Context },
): World {
  const size = sizeOf(component);
  const rows = universe.own.columns
    .filter(({ read }) => read)
    .flatMap((column) =>
      [...column.choice.hot, ...column.choice.cold, "null"].map((value) => ({
        ...row,
        values: new Map([...row.values, ...renewed(random, universe.own, row), [column.name, value] as const]),
      })),
    );
  return {
    others: random.chance(0.6) ? [...others] : changedOthers(random, universe, others),
    rows: [row, ...random.shuffled(rows).slice(0, size.rows - 1)],
    contexts: [context, ...random.shuffled([...contextsAround(universe, context)]).slice(0, size.contexts - 1)],
  };
}

/** New values for unique columns, which the answer rarely hangs on. */
function renewed(random: Random, table: TableChoice, row: PlannedRow): [string, SqlValue][] {
  return table.columns.flatMap(({ name, fresh }): [string, SqlValue][] => {
    if (!fresh || !row.values.has(name)) return [];
    return [[name, fresh(random.fresh())]];
  });
}

function* contextsAround(universe: Universe, context: Context): Generator<Context> {
  for (const name of universe.documents) {
    const value = context.get(name);
    const document: Document = typeof value === "string" || value === undefined ? new Map() : value;
    for (const [path, { hot, cold }] of universe.leaves) {
      for (const leaf of [...hot, ...cold]) yield new Map([...context, [name, new Map([...document, [path, leaf]])]]);
      const without = new Map(document);
      without.delete(path);
      yield new Map([...context, [name, without]]);
    }
    for (const rare of RARE) yield new Map([...context, [name, rare]]);
  }
  for (const [name, { hot, cold }] of universe.settings)
    for (const value of [...hot, ...cold]) yield new Map([...context, [name, value]]);
}

/** One of the other rows changed in one value, left out, or one more. */
function changedOthers(random: Random, universe: Universe, others: readonly PlannedRow[]): PlannedRow[] {
  const own = nameKey(universe.own);
  const at = random.below(others.length + 1);
  const old = others[at];
  const table = old
    ? universe.tables.find((one) => nameKey(one) === nameKey(old.relation))
    : random.pick(universe.tables.filter((one) => nameKey(one) !== own));
  if (!table) return [...others];
  if (!old) return [...others, randomRow(random, table, 0.7)];
  if (nameKey(table) !== own && random.chance(0.3)) return others.filter((_, n) => n !== at);
  const column = random.pick(table.columns.filter(({ read }) => read));
  const value = column && random.pick([...column.choice.hot, ...column.choice.cold]);
  if (!column || value === undefined) return [...others];
  return others.map((one, n) => (n === at ? { ...one, values: new Map([...one.values, [column.name, value]]) } : one));
}
