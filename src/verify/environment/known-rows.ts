import type { Db } from "../../db/port.ts";
import { sentTogether } from "../../db/sent-together.ts";
import { quoteLiteral } from "../../pg/identifier.ts";
import type { NameKey } from "../../pg/name.ts";
import type { Targets } from "./target.ts";

/**
 * Values that occur in rows of one tenant only, and the relation in which they were found: they reveal the owner of an
 * output of unknown shape.
 */
export interface Evidence {
  foreign: ReadonlyMap<string, NameKey>;
  own: ReadonlyMap<string, NameKey>;
}

/**
 * Collect the values of both tenants' rows, as the login. Values that both tenants have, or that occur in rows of
 * neither, are left out.
 */
export async function collectEvidence(db: Db, targets: Targets): Promise<Evidence> {
  const own = new Map<string, NameKey>();
  const foreign = new Map<string, NameKey>();
  const common = new Set<string>();
  const ofNobody = [...targets.values()].filter((target) => target.own === null || target.foreign === null);
  const shared = await sentTogether(
    ofNobody.map(async ({ sql }) => db.query<{ row: unknown }>(`select to_jsonb(t.*) as row from ${sql} t limit 100`)),
  );
  for (const { row } of shared.flat()) for (const value of valuesIn(row)) common.add(value);
  for (const target of targets.values()) {
    if (target.own === null || target.foreign === null) continue;
    for (const row of target.ownRows)
      for (const value of valuesIn(row)) if (!own.has(value)) own.set(value, target.name);
    for (const row of target.foreignRows)
      for (const value of valuesIn(row)) if (!foreign.has(value)) foreign.set(value, target.name);
  }
  for (const value of new Set(own.keys()))
    if (foreign.has(value) || common.has(value)) {
      own.delete(value);
      foreign.delete(value);
    }
  for (const value of common) foreign.delete(value);
  return { own, foreign };
}

/** Texts that are long enough not to match by accident. */
function* valuesIn(value: unknown): Generator<string> {
  if (typeof value === "string") {
    const says = value.length >= 5 && !/^\d{4}-\d\d-\d\d/.test(value) && !/^[\d.:-]+$/.test(value);
    if (says || /^[0-9a-f-]{36}$/.test(value)) yield value;
  } else if (Array.isArray(value)) for (const item of value) yield* valuesIn(item);
  else if (typeof value === "object" && value !== null) for (const item of Object.values(value)) yield* valuesIn(item);
}

/** The first value of one tenant that rows of any shape hold, and that was not passed in; null if there is none. */
export function findIn(
  rows: readonly unknown[],
  values: ReadonlyMap<string, NameKey>,
  echoes: readonly string[],
): { value: string; relation: NameKey } | null {
  const texts = new Set<string>();
  for (const row of rows) for (const text of textsIn(row)) texts.add(text);
  if (texts.size === 0) return null;
  for (const { value, relation } of heldBy([...texts], values))
    if (!echoes.some((echo) => isWrittenIn(echo, value))) return { value, relation };
  return null;
}

/** The values that one of the texts holds. */
function heldBy(texts: readonly string[], values: ReadonlyMap<string, NameKey>): readonly Searched[] {
  const { all, held } = searchedIn(values);
  const key = JSON.stringify(texts);
  // hundreds of statements return the same row, or raise the same error
  const known = held.get(key);
  if (known) return known;
  // most values occur in none of them, and one search shows that
  const together = texts.join("\n");
  const found = all.filter(({ forms }) =>
    forms.some((form) => together.includes(form) && texts.some((text) => holds(text, form))),
  );
  if (key.length < MEMO_TEXT && held.size < MEMO_SIZE) held.set(key, found);
  return found;
}

/** The longest text, in characters, whose values are kept, and the largest number of such texts. */
const MEMO_TEXT = 500;
const MEMO_SIZE = 20_000;

/** All texts in a value, keys of objects included: `jsonb_object_agg(id, …)`. */
function* textsIn(value: unknown): Generator<string> {
  if (typeof value === "string") yield value;
  else if (Array.isArray(value)) for (const item of value) yield* textsIn(item);
  else if (typeof value === "object" && value !== null)
    for (const [key, item] of Object.entries(value)) {
      yield key;
      yield* textsIn(item);
    }
}

/** True if a text holds a value, and not as the start of a longer word: `name 12.1` is in `name 12.10` too. */
function holds(text: string, value: string): boolean {
  for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + 1))
    if (!(/\w$/.test(value) && /\w/.test(text.charAt(at + value.length)))) return true;
  return false;
}

interface Searched {
  value: string;
  relation: NameKey;
  forms: readonly string[];
}

interface SearchedValues {
  all: readonly Searched[];
  /** of a text the values that it holds */
  held: Map<string, readonly Searched[]>;
}

// the same values are looked for in the answer of every statement of a run
const searched = new WeakMap<ReadonlyMap<string, NameKey>, SearchedValues>();

function searchedIn(values: ReadonlyMap<string, NameKey>): SearchedValues {
  const known = searched.get(values);
  if (known) return known;
  const all = [...values].map(([value, relation]) => ({ value, relation, forms: formsOf(value) }));
  const made = { all, held: new Map<string, readonly Searched[]>() };
  searched.set(values, made);
  return made;
}

/** The value itself, and its form inside JSON where that differs: a text may hold JSON. */
const formsOf = (value: string): string[] =>
  /["\\\p{Cc}]/u.test(value) ? [value, JSON.stringify(value).slice(1, -1)] : [value];

/** True if a literal of the statement has the value, itself or inside JSON. */
const isWrittenIn = (sql: string, value: string): boolean =>
  formsOf(value).some((text) => {
    const literal = quoteLiteral(text);
    return sql.includes(literal.slice(literal.indexOf("'") + 1, -1));
  });
