import { parseBoolean, parseDate, parseInteger, parseTimestamp, parseUuid, printDate } from "./conversion.ts";
import type { Sort, Term } from "./logic.ts";

/**
 * Functions of the logic that have a meaning. A type has an input function `in:TYPE` with the predicate `ok:TYPE` (it does not raise), and
 * an output function `out:TYPE`. Every other function is only known to give the same for the same.
 */
export interface Conversion {
  /** `uuid`, `integer`, `boolean`, `enum public.role` … as in `in:TYPE` */
  type: string;
  sort: Sort;
  /** of the text constant; see `conversion.ts` for null and undefined */
  read(text: string): string | number | boolean | null | undefined;
  /** labels of an enum: no other text is read, and there is no other value */
  labels: readonly string[] | null;
}

const BUILT_IN: readonly Conversion[] = [
  { type: "uuid", sort: "uuid", read: parseUuid, labels: null },
  ...["smallint", "integer", "bigint"].map((type): Conversion => ({
    type,
    sort: "int",
    read: (text) => parseInteger(text, type),
    labels: null,
  })),
  { type: "boolean", sort: "boolean", read: parseBoolean, labels: null },
  { type: "date", sort: "date", read: parseDate, labels: null },
  { type: "timestamp", sort: "timestamp", read: (text) => parseTimestamp(text, false), labels: null },
  { type: "timestamptz", sort: "timestamptz", read: (text) => parseTimestamp(text, true), labels: null },
];

export type Conversions = ReadonlyMap<string, Conversion>;

/** All conversions by type; enums are given by name and labels. */
export function conversionsWith(enums: ReadonlyMap<Sort, readonly string[]>): Conversions {
  const all = new Map(BUILT_IN.map((conversion) => [conversion.type, conversion]));
  for (const [sort, labels] of enums)
    all.set(sort, { type: sort, sort, read: (text) => (labels.includes(text) ? text : null), labels });
  return all;
}

/** What the output function of a sort prints for a constant; undefined where that depends on settings. */
export function printConstant(sort: Sort, value: string | number): string | undefined {
  if (sort === "uuid" || sort.startsWith("enum ")) return String(value);
  if (sort === "int") return String(value);
  if (sort === "date") return printDate(Number(value));
  return undefined;
}

/** Text functions whose value on ASCII constants does not depend on a locale. */
export const PURE: Readonly<Record<string, (text: string) => string | undefined>> = {
  lower: (text) => (isAscii(text) ? text.toLowerCase() : undefined),
  upper: (text) => (isAscii(text) ? text.toUpperCase() : undefined),
};

/** LIKE and ILIKE with a constant pattern without escapes, as the predicate `text ~~` has it; null for any other predicate. */
export function likePattern(fn: string, pattern: Term | undefined): RegExp | null {
  if ((fn !== "text ~~" && fn !== "text ~~*") || pattern?.kind !== "constant") return null;
  const text = String(pattern.value);
  // letters that are not ASCII have cases of their own
  if (text.includes("\\") || (fn === "text ~~*" && !isAscii(text))) return null;
  const source = text
    .replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")
    .replaceAll("%", "[^]*")
    .replaceAll("_", "[^]");
  return new RegExp(`^${source}$`, fn === "text ~~*" ? "iu" : "u");
}

const isAscii = (text: string): boolean => !/[^ -~]/.test(text);

const INTEGERS = ["smallint", "integer", "bigint"];

/** Types of which no text is read by both. */
export const areDisjoint = (one: string, other: string): boolean => {
  const kind = (type: string): string => (INTEGERS.includes(type) ? "int" : type);
  const [a, b] = [kind(one), kind(other)];
  if (a === b) return false;
  const known = new Set(["uuid", "int", "boolean", "date"]);
  if (!known.has(a) || !known.has(b)) return false;
  // '1' is both a number and a boolean; '20260101' both a number and a date
  return !(a === "int" && (b === "boolean" || b === "date")) && !(b === "int" && (a === "boolean" || a === "date"));
};
