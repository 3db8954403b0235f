import { quoteIdent, quoteLiteral } from "../../pg/identifier.ts";
import { nameKey, type QualifiedName } from "../../pg/name.ts";
import type { RowValues, Situation } from "../situation.ts";
import type { Witness } from "../verdict.ts";
import { insertable } from "./columns.ts";
import { ask, type Asked, type Seen } from "./ask.ts";
import { changeOf, type Change } from "./change.ts";
import type { Document } from "./json.ts";
import { apart, placeRows, type Site } from "./site.ts";
import type { Universe } from "./universe.ts";
import { insertOf, printContext, type Context, type PlannedRow } from "./world.ts";

/** A state, a row and a request on which the two sides differ. */
export interface Difference {
  others: PlannedRow[];
  row: PlannedRow;
  context: Context;
}

export interface ShrinkInput {
  sites: readonly [Site, Site];
  asked: Asked;
  universe: Universe;
  change: Change;
  /** settings that a request of the trial has set: since then they are empty where they are not set */
  touched: ReadonlySet<string>;
}

/** The same answers have to come as often as this. */
const TIMES = 4;

/**
 * A witness with as little as still shows the change; null: PostgreSQL did not show it again. `rows`: the other rows in
 * question, which were there too.
 */
export async function shrink(
  input: ShrinkInput,
  found: Difference,
  rows: readonly PlannedRow[],
): Promise<Witness | null> {
  const { sites, asked, change } = input;
  const outcomes = async ({ others, row, context }: Difference): Promise<[Seen, Seen]> => {
    const [before, after] = await ask(sites, asked, { others, rows: [row], contexts: [context] });
    return [before[0]?.[0] ?? null, after[0]?.[0] ?? null];
  };
  const shows = async (one: Difference): Promise<boolean> => changeOf(...(await outcomes(one))) === change;
  let best = found;
  if (!(await shows(best))) {
    best = { ...found, others: [...found.others, ...rows.filter((row) => row !== found.row)] };
    if (!(await shows(best))) return null;
  }
  const take = async (one: Difference): Promise<boolean> => {
    if (!(await shows(one))) return false;
    best = one;
    return true;
  };
  // the row of an UPDATE stays
  const keeps = (row: PlannedRow): boolean =>
    asked.component === "UPDATE CHECK" && nameKey(row.relation) === nameKey(asked.relation);
  for (let size = best.others.length; size >= 1; size = size > 1 ? Math.floor(size / 2) : 0)
    for (let at = 0; at < best.others.length;) {
      const others = best.others.filter((row, n) => n < at || n >= at + size || keeps(row));
      if (others.length === best.others.length || !(await take({ ...best, others }))) at += size;
    }
  for (const context of smallerContexts(best.context)) {
    const both = intersection(best.context, context);
    if (both) await take({ ...best, context: both });
  }
  for (const name of best.row.values.keys()) {
    const row = withNull(best.row, name);
    if (row) await take({ ...best, row });
  }
  for (let n = 0; n < best.others.length; n += 1)
    for (const name of best.others[n]?.values.keys() ?? []) {
      const row = best.others[n];
      const changed = row && withNull(row, name);
      if (changed) await take({ ...best, others: best.others.map((other, m) => (m === n ? changed : other)) });
    }
  for (let time = 1; time < TIMES; time += 1) if (!(await shows(best))) return null;
  const [before, after] = await outcomes(best);
  if (before === null || after === null || changeOf(before, after) !== change) return null;
  return {
    change,
    before,
    after,
    confirmed: true,
    ...(await situationOf(input, best)),
  };
}

const withNull = (row: PlannedRow, name: string): PlannedRow | null =>
  row.values.get(name) === "null" ? null : { ...row, values: new Map([...row.values, [name, "null"]]) };

/** The context without one setting or one leaf of a document. */
function* smallerContexts(context: Context): Generator<Context> {
  for (const [name, value] of context) {
    const without = new Map(context);
    without.delete(name);
    yield without;
    if (typeof value === "string") continue;
    for (const path of value.keys()) {
      const document = new Map(value);
      document.delete(path);
      yield new Map([...context, [name, document]]);
    }
  }
}

/** What both have; null where nothing is new. */
function intersection(one: Context, other: Context): Context | null {
  let less = false;
  const both = new Map<string, string | Document>();
  for (const [name, value] of one) {
    const there = other.get(name);
    if (there === undefined) {
      less = true;
      continue;
    }
    if (typeof value === "string" || typeof there === "string") {
      both.set(name, value);
      continue;
    }
    const kept = new Map([...value].filter(([path]) => there.has(path)));
    if (kept.size < value.size) less = true;
    both.set(name, kept);
  }
  return less ? both : null;
}

async function situationOf(
  { sites, asked, universe, touched }: ShrinkInput,
  { others, row, context }: Difference,
): Promise<Pick<Witness, "situation" | "columns">> {
  const printed = await print(sites[0], [...others, row]);
  const valuesAt = (n: number): RowValues => printed[n] ?? {};
  const readOf = (relation: QualifiedName): ReadonlySet<string> => {
    const table = universe.tables.find((one) => nameKey(one) === nameKey(relation));
    return new Set((table?.columns ?? []).flatMap(({ name, read }) => (read ? [name] : [])));
  };
  const shown = (relation: QualifiedName, values: RowValues): string[] => {
    const read = readOf(relation);
    return Object.keys(values).filter((name) => read.has(name) && values[name] !== null);
  };
  const isOld = (n: number): boolean =>
    asked.component === "UPDATE CHECK" && nameKey(others[n]?.relation ?? asked.relation) === nameKey(asked.relation);
  const old = others.findIndex((_, n) => isOld(n));
  const rest = others.flatMap((other, n) => (n === old ? [] : [{ relation: other.relation, values: valuesAt(n) }]));
  const settings = {
    ...Object.fromEntries([...touched].map((name) => [name, ""] as const)),
    ...printContext(context),
  };
  const situation: Situation = {
    role: asked.role,
    relation: asked.relation,
    component: asked.component,
    settings,
    row: valuesAt(others.length),
    oldRow: old < 0 ? null : valuesAt(old),
    rows: rest,
  };
  return {
    situation,
    columns: {
      row: shown(asked.relation, situation.row),
      rows: rest.map(({ relation, values }) => shown(relation, values)),
    },
  };
}

/** The rows as PostgreSQL prints them on a side. */
async function print(site: Site, rows: readonly PlannedRow[]): Promise<RowValues[]> {
  const texts = await apart(site, async () =>
    placeRows(
      site.db,
      rows.map((row) => {
        const names = [...row.values.keys()];
        const relation = site.catalog.relations.find((one) => nameKey(one) === nameKey(row.relation));
        const there = relation ? insertable(relation) : new Set<string>();
        const known = names.filter((name) => there.has(name));
        const values = known.map((name) => `${quoteIdent(name)}::pg_catalog.text`);
        return `${insertOf(row, there)} returning jsonb_object(array[${known.map(quoteLiteral).join(", ")}]::text[], array[${values.join(", ")}]::text[])`;
      }),
    ),
  );
  return texts.map((text) => (text === null ? {} : (JSON.parse(text) as RowValues)));
}
