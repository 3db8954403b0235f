import { quoteIdent } from "../../pg/identifier.ts";
import { nameKey, quoteName, type QualifiedName } from "../../pg/name.ts";
import type { Component } from "../component.ts";
import { documentFor, printDocument, type Document } from "./json.ts";
import type { Random } from "./random.ts";
import { inTurn, type Choice } from "./texts.ts";
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

/**
 * How many rows and requests a world has: more of what there is more choice of. A statement for each row is dearer than
 * one for all.
 */
export function sizeOf(universe: Universe, component: Component): { rows: number; contexts: number } {
  const each = component === "INSERT" || component === "UPDATE CHECK";
  const count = ({ hot, cold }: Choice<unknown>): number => hot.length + cold.length;
  const sum = (list: readonly number[]): number => list.reduce((all, one) => all + one, 0);
  const ofRows = sum(universe.own.columns.flatMap(({ read, choice }) => (read ? count(choice) : [])));
  const leaves = universe.documents.size === 0 ? [] : [...universe.leaves.values()];
  const ofContexts = sum([...leaves, ...universe.settings.values()].map(count));
  // what other tables hold counts as much as the row and the request: more worlds, with fewer of these
  const isAlone = universe.tables.every((table) => nameKey(table) === nameKey(universe.own));
  const all = each ? 360 : isAlone ? 768 : 320;
  if (ofContexts === 0) return { rows: each ? 120 : 200, contexts: 1 };
  if (ofRows === 0) return { rows: 2, contexts: all / 4 };
  const rows = Math.round(Math.min(96, Math.max(8, Math.sqrt((all * ofRows) / ofContexts))));
  return { rows, contexts: Math.round(all / rows) };
}

function valueOf(random: Random, column: ColumnChoice, likely: number): SqlValue | undefined {
  const { choice, read, required, identity, fresh } = column;
  if (fresh && (!read || random.chance(0.5))) {
    if (identity && !read) return undefined;
    return fresh(random.fresh());
  }
  if (!read) return required && !identity ? choice.hot[0] : undefined;
  if (!required && random.chance(0.05)) return "null";
  return random.chance(likely) || choice.cold.length === 0 ? random.pick(choice.hot) : random.pickEarly(choice.cold);
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
    if (random.chance(isOfClaim(name) ? 0.94 : 0.05)) continue;
    if (random.chance(0.06)) context.set(name, random.pick(RARE) ?? "");
    else context.set(name, documentFor(random, universe.leaves, likely));
  }
  for (const [name, { hot, cold }] of universe.settings) {
    // PostgREST sets one setting a claim, or all claims in one
    if (random.chance(isOfClaim(name) ? 0.94 : 0.1)) continue;
    const value = random.chance(likely) || cold.length === 0 ? random.pick(hot) : random.pickEarly(cold);
    if (value !== undefined) context.set(name, value);
  }
  return context;
}

const isOfClaim = (name: string): boolean => /^request\.jwt\.claim(?:\.|$)/.test(name);

/** Columns whose likely values are combined with one another. */
const COMBINED = 3;

/** One row or two for each combination of the first two likely values of a table's first columns: each is related to each. */
function combinedRows(random: Random, table: TableChoice): PlannedRow[] {
  const columns = table.columns
    .filter(({ read, fresh, choice }) => read && !fresh && choice.hot.length > 1)
    .slice(0, COMBINED);
  const times = random.chance(0.5) ? [0] : [0, 1];
  return columns
    .reduce<[string, SqlValue][][]>(
      (rows, { name, choice }) =>
        rows.flatMap((row) => choice.hot.slice(0, 2).map((value): [string, SqlValue][] => [...row, [name, value]])),
      [[]],
    )
    .flatMap((values) =>
      times.map(() => {
        const row = randomRow(random, table, 0.85);
        return { ...row, values: new Map([...row.values, ...values]) };
      }),
    );
}

/** Rows of the tables that policies read: of each none, one, or some, or one for each combination of likely values. */
function otherRows(random: Random, universe: Universe, component: Component): PlannedRow[] {
  const own = nameKey(universe.own);
  const combines = random.chance(0.25);
  const rows = universe.tables.flatMap((table) => {
    if (combines && nameKey(table) !== own) return combinedRows(random, table);
    // an UPDATE changes the only row that there is
    const counts = nameKey(table) !== own ? [0, 1, 2, 3, 6] : component === "INSERT" ? [0, 0, 1, 3] : [0];
    return Array.from({ length: random.pick(counts) ?? 0 }, () => randomRow(random, table, 0.85));
  });
  return component === "UPDATE CHECK" ? [...rows, randomRow(random, universe.own, 0.8)] : rows;
}

/** With one likely value in many places, so that conditions on several of them are met together. */
function narrowed(random: Random, universe: Universe): Universe {
  const narrow = <T>(choice: Choice<T>): Choice<T> => {
    const one = random.chance(0.5) ? random.pickEarly(choice.hot) : undefined;
    return one === undefined ? choice : { hot: [one], cold: choice.cold };
  };
  const narrowAll = <K, T>(choices: ReadonlyMap<K, Choice<T>>): Map<K, Choice<T>> =>
    new Map([...choices].map(([key, choice]) => [key, narrow(choice)]));
  const table = (one: TableChoice): TableChoice => ({
    ...one,
    columns: one.columns.map((column) => ({ ...column, choice: narrow(column.choice) })),
  });
  return {
    ...universe,
    own: table(universe.own),
    tables: universe.tables.map(table),
    settings: narrowAll(universe.settings),
    leaves: narrowAll(universe.leaves),
  };
}

export function randomWorld(random: Random, whole: Universe, component: Component): World {
  const size = sizeOf(whole, component);
  const universe = random.chance(0.6) ? narrowed(random, whole) : whole;
  const likely = random.pick([0.95, 0.8, 0.6]) ?? 0.8;
  return {
    others: otherRows(random, universe, component),
    rows: Array.from({ length: size.rows }, () => randomRow(random, universe.own, likely)),
    contexts: Array.from({ length: size.contexts }, () => randomContext(random, universe, likely)),
  };
}

/** A point to go on from, and how often that was done. */
export interface Seed {
  others: readonly PlannedRow[];
  row: PlannedRow;
  context: Context;
  uses: number;
}

/** Around a row and a request: each differs from them in one value. Every use of a seed goes on where the last one ended. */
export function worldAround(random: Random, universe: Universe, component: Component, seed: Seed): World {
  const { others, row, context } = seed;
  const size = sizeOf(universe, component);
  const rows = inTurn(
    universe.own.columns
      .filter(({ read }) => read)
      .map(({ name, choice }) => ["null", ...choice.hot, ...choice.cold].map((value) => [name, value] as const)),
  ).map((changed) => ({ ...row, values: new Map([...row.values, ...renewed(random, universe.own, row), changed]) }));
  const contexts = inTurn([...changesAround(universe, context)]);
  const slice = <T>(list: readonly T[], length: number): T[] => {
    const from = list.length === 0 ? 0 : (seed.uses * length) % list.length;
    return list.slice(from, from + length);
  };
  const world = {
    others: seed.uses === 0 || random.chance(0.5) ? [...others] : changedOthers(random, universe, others),
    rows: [row, ...slice(rows, Math.max(1, size.rows - 1))],
    contexts: [context, ...slice(contexts, Math.max(1, size.contexts - 1))],
  };
  seed.uses += 1;
  return world;
}

/** New values for unique columns, which the answer rarely hangs on. */
function renewed(random: Random, table: TableChoice, row: PlannedRow): [string, SqlValue][] {
  return table.columns.flatMap(({ name, fresh }): [string, SqlValue][] => {
    if (!fresh || !row.values.has(name)) return [];
    return [[name, fresh(random.fresh())]];
  });
}

/** Contexts with another value of one leaf or setting, a list for each of these. */
function* changesAround(universe: Universe, context: Context): Generator<Context[]> {
  const isLeft = (name: string): boolean => isOfClaim(name) && !context.has(name);
  for (const name of universe.documents) {
    if (isLeft(name)) continue;
    const value = context.get(name);
    const document: Document = typeof value === "string" || value === undefined ? new Map() : value;
    for (const [path, { hot, cold }] of universe.leaves) {
      const without = new Map(document);
      without.delete(path);
      yield [without, ...[...hot, ...cold].map((leaf) => new Map([...document, [path, leaf]]))].map(
        (changed) => new Map([...context, [name, changed]]),
      );
    }
    yield RARE.map((rare) => new Map([...context, [name, rare]]));
  }
  for (const [name, { hot, cold }] of universe.settings)
    if (!isLeft(name)) yield ["", ...hot, ...cold].map((value) => new Map([...context, [name, value]]));
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
