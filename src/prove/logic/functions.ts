import {
  parseBoolean,
  parseDate,
  parseInteger,
  parseNumeric,
  parseTimestamp,
  parseUuid,
  printDate,
} from "./conversion.ts";
import { enumType, INTEGERS, TYPE, type EnumSort, type ScalarType, type Sort } from "./sort.ts";

/** The input function of a type, as far as it is known. */
export interface Conversion {
  type: ScalarType;
  /** of the text constant; see `conversion.ts` for null and undefined */
  read(text: string): string | number | boolean | null | undefined;
  /** labels of an enum: no other text is read, and there is no other value */
  labels: readonly string[] | null;
}

const BUILT_IN: readonly Conversion[] = [
  { type: TYPE.uuid, read: parseUuid, labels: null },
  { type: TYPE.smallint, read: (text) => parseInteger(text, "smallint"), labels: null },
  { type: TYPE.integer, read: (text) => parseInteger(text, "integer"), labels: null },
  { type: TYPE.bigint, read: (text) => parseInteger(text, "bigint"), labels: null },
  { type: TYPE.numeric, read: parseNumeric, labels: null },
  { type: TYPE.float8, read: parseNumeric, labels: null },
  // longer ones are cut (manual, 8.3)
  { type: TYPE.name, read: (text) => (isAscii(text) && text.length < 64 ? text : undefined), labels: null },
  // spaces at the end do not count (manual, 8.3)
  { type: TYPE.bpchar, read: (text) => text.replace(/ +$/, ""), labels: null },
  { type: TYPE.boolean, read: parseBoolean, labels: null },
  { type: TYPE.date, read: parseDate, labels: null },
  { type: TYPE.timestamp, read: (text) => parseTimestamp(text, "timestamp"), labels: null },
  { type: TYPE.timestamptz, read: (text) => parseTimestamp(text, "timestamptz"), labels: null },
];

export type Conversions = ReadonlyMap<ScalarType, Conversion>;

/** All conversions by type; enums are given by sort and labels. */
export function conversionsWith(enums: ReadonlyMap<EnumSort, readonly string[]>): Conversions {
  const all = new Map(BUILT_IN.map((conversion) => [conversion.type, conversion]));
  for (const [{ name }, labels] of enums) {
    const type = enumType(name);
    all.set(type, { type, read: (text) => (labels.includes(text) ? text : null), labels });
  }
  return all;
}

/** The labels of an enum sort; null for any other sort. */
export const labelsOf = (conversions: Conversions, sort: Sort): readonly string[] | null =>
  sort.kind === "enum" ? (conversions.get(enumType(sort.name))?.labels ?? null) : null;

/** The text that the output function of a sort prints for a constant; undefined where that depends on settings. */
export function printConstant(sort: Sort, value: string | number): string | undefined {
  if (sort.kind === "uuid" || sort.kind === "enum" || sort.kind === "int") return String(value);
  return sort.kind === "date" ? printDate(Number(value)) : undefined;
}

/** Folding of case on ASCII constants: there it does not depend on a locale. */
export const PURE: Readonly<Record<"lower" | "upper", (text: string) => string | undefined>> = {
  lower: (text) => (isAscii(text) ? text.toLowerCase() : undefined),
  upper: (text) => (isAscii(text) ? text.toUpperCase() : undefined),
};

/** string_to_array (manual, 9.4): nothing of the empty text, and the whole of it where the separator is empty. */
export const splitText = (text: string, separator: string): string[] =>
  text === "" ? [] : separator === "" ? [text] : text.split(separator);

const isAscii = (text: string): boolean => !/[^ -~]/.test(text);

/** No text is read by both types. */
export function areDisjoint(one: ScalarType, other: ScalarType): boolean {
  const kinds = [one, other].map((type) => (INTEGERS.includes(type) ? "int" : type.kind));
  if (kinds[0] === kinds[1]) return false;
  if (!kinds.every((kind) => kind === "uuid" || kind === "int" || kind === "boolean" || kind === "date")) return false;
  // '1' is both a number and a boolean; '20260101' both a number and a date
  return !(kinds.includes("int") && !kinds.includes("uuid"));
}
