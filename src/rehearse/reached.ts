import type { PgFunction } from "../pg/catalog.ts";

/** What a call answered. */
type Answer = { kind: "error" } | { kind: "answer"; rows: string; changed: readonly string[] };

/**
 * True for an answer that returns or changes something. A count of 0, `false` or a row of NULLs tells of no row, unless
 * the function returns a set: then a row of it may hold that value.
 */
export function reachesRows({ result, kind }: Pick<PgFunction, "result" | "kind">, one: Answer): boolean {
  if (one.kind === "error") return false;
  if (one.changed.length > 0) return true;
  if (kind === "procedure" || one.rows === "") return one.rows !== "" && one.rows !== "0";
  const rows = parsed(one.rows);
  if (rows === null) return true;
  return /^(?:SETOF |TABLE\()/.test(result) ? rows.length > 0 && !isOnlyNull(rows) : !rows.every(isNothing);
}

function parsed(text: string): unknown[] | null {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

/** `[null]`: a set whose only row is NULL. */
const isOnlyNull = (rows: readonly unknown[]): boolean => rows.length === 1 && rows[0] === null;

const isNothing = (value: unknown): boolean =>
  typeof value === "object" && value !== null
    ? Object.values(value).every(isNothing)
    : value === null || value === false || value === 0 || value === "";
