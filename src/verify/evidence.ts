import type { Db } from "../db/port.ts";
import type { Target } from "./target.ts";

/** Values that only rows of one tenant hold, and the relation they were found in: what gives an output of unknown shape away. */
export interface Evidence {
  foreign: ReadonlyMap<string, string>;
  own: ReadonlyMap<string, string>;
}

/** Collect the values of both tenants' rows, as the login. Those that both have, or that rows of nobody have, tell nothing. */
export async function collectEvidence(db: Db, targets: ReadonlyMap<string, Target>): Promise<Evidence> {
  const own = new Map<string, string>();
  const foreign = new Map<string, string>();
  const common = new Set<string>();
  for (const target of targets.values()) {
    if (target.own === null || target.foreign === null) {
      const rows = await db.query<{ row: unknown }>(`select to_jsonb(t.*) as row from ${target.sql} t limit 100`);
      for (const { row } of rows) for (const value of valuesIn(row)) common.add(value);
      continue;
    }
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

/** Texts that are long enough to be no accident. */
function* valuesIn(value: unknown): Generator<string> {
  if (typeof value === "string") {
    const says = value.length >= 5 && !/^\d{4}-\d\d-\d\d/.test(value) && !/^[\d.:-]+$/.test(value);
    if (says || /^[0-9a-f-]{36}$/.test(value)) yield value;
  } else if (Array.isArray(value)) for (const item of value) yield* valuesIn(item);
  else if (typeof value === "object" && value !== null) for (const item of Object.values(value)) yield* valuesIn(item);
}

/** The first value of one side that a text holds, and that was not handed in; null where there is none. */
export function findIn(
  text: string,
  values: ReadonlyMap<string, string>,
  echoes: readonly string[],
): { value: string; relation: string } | null {
  if (text === "") return null;
  for (const [value, relation] of values) {
    const at = text.indexOf(value);
    if (at < 0) continue;
    // `name 12.1` is in `name 12.10` too
    if (/\w$/.test(value) && /\w/.test(text.charAt(at + value.length))) continue;
    if (echoes.some((echo) => echo.includes(value))) continue;
    return { value, relation };
  }
  return null;
}
