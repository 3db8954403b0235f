import { visibleSql } from "./visible-sql.ts";
import { oneLine } from "./visible.ts";

/** Fields whose value is SQL, in which lines have a meaning. */
const SQL = new Set(["statements", "rows", "definition", "sql", "up", "down", "body", "using", "check", "source"]);

/**
 * A report in which every text except SQL is on one line, so that a name or a comment with a line break cannot pass for
 * a line of the report. SQL keeps its lines, and its names and literals hold nothing that a terminal obeys.
 */
export function singleLined<Value>(value: Value): Value {
  return withTexts(value, oneLine);
}

/** `shown` is for texts, also in arrays; fields of an object are SQL by their own names. */
function withTexts<Value>(value: Value, shown: (text: string) => string): Value {
  if (typeof value === "string") return shown(value) as Value;
  if (Array.isArray(value)) return value.map((item: unknown) => withTexts(item, shown)) as Value;
  if (value instanceof Map)
    return new Map([...value].map(([key, item]) => [singleLined<unknown>(key), singleLined<unknown>(item)])) as Value;
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [oneLine(key), withTexts(item, SQL.has(key) ? visibleSql : oneLine)]),
  ) as Value;
}
