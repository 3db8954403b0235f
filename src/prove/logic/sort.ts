import type { NameKey } from "../../pg/name.ts";

type PlainSort =
  | "text"
  | "uuid"
  | "int"
  | "numeric"
  | "float"
  | "bpchar"
  | "boolean"
  | "date"
  | "timestamp"
  | "timestamptz"
  | "json"
  | "row";

/** The sort of a term. Interned: equal sorts are identical (`===`). `key` is the name for maps and for SMT-LIB. */
export type Sort = { readonly key: string } & (
  | { readonly kind: PlainSort }
  | { readonly kind: "enum"; readonly name: NameKey }
  | { readonly kind: "array"; readonly element: Sort }
);

export type EnumSort = Extract<Sort, { kind: "enum" }>;
export type ArraySort = Extract<Sort, { kind: "array" }>;

const plain = (kind: PlainSort): Sort => ({ kind, key: kind });

/**
 * The sorts that have no parameter. `row` is the whole of a row: what an expression is computed from that is not
 * understood.
 */
export const SORT: Readonly<Record<PlainSort, Sort>> = {
  text: plain("text"),
  uuid: plain("uuid"),
  int: plain("int"),
  numeric: plain("numeric"),
  float: plain("float"),
  bpchar: plain("bpchar"),
  boolean: plain("boolean"),
  date: plain("date"),
  timestamp: plain("timestamp"),
  timestamptz: plain("timestamptz"),
  json: plain("json"),
  row: plain("row"),
};

// Both tables keep what they made for the life of the process: there are as many entries as enums and element sorts.
const enums = new Map<NameKey, EnumSort>();
const arrays = new Map<Sort, ArraySort>();

/** The sort of an enum's values. */
export function enumSort(name: NameKey): EnumSort {
  const known = enums.get(name) ?? { kind: "enum", name, key: `enum ${name}` };
  enums.set(name, known);
  return known;
}

export function arraySort(element: Sort): ArraySort {
  const known = arrays.get(element) ?? { kind: "array", element, key: `array ${element.key}` };
  arrays.set(element, known);
  return known;
}

const ORDERED: ReadonlySet<Sort["kind"]> = new Set(["int", "numeric", "float", "date", "timestamp", "timestamptz"]);

/**
 * The terms of the sort are ordered and denote whole numbers: integers, days, microseconds, and for numeric and float8
 * places on a grid that is fine enough for every order of their values (`NUMERIC_UNIT`).
 */
export const isOrdered = (sort: Sort): boolean => ORDERED.has(sort.kind);

/** Values that are equal are the same to every function: not so 1.0 and 1.00, 0 and -0, 'a' and 'a '. */
export const isExact = (sort: Sort): boolean =>
  sort.kind !== "numeric" && sort.kind !== "float" && sort.kind !== "bpchar";

type PlainType =
  | "text"
  | "name"
  | "citext"
  | "bpchar"
  | "uuid"
  | "smallint"
  | "integer"
  | "bigint"
  | "numeric"
  | "real"
  | "float8"
  | "boolean"
  | "date"
  | "timestamp"
  | "timestamptz";

/**
 * An SQL type whose values are terms of a sort. Types that share a sort (`integer`, `bigint`) have input functions of
 * their own. Interned: equal types are identical (`===`). `key` is the name for maps and for SMT-LIB.
 */
export type ScalarType = { readonly key: string; readonly sort: Sort } & (
  | { readonly kind: PlainType }
  | { readonly kind: "enum"; readonly name: NameKey }
);

const typed = (kind: PlainType, sort: Sort): ScalarType => ({ kind, key: kind, sort });

export const TYPE: Readonly<Record<PlainType, ScalarType>> = {
  text: typed("text", SORT.text),
  name: typed("name", SORT.text),
  /** the text as it was written; equal are those that `lower` makes the same text (the extension citext) */
  citext: typed("citext", SORT.text),
  uuid: typed("uuid", SORT.uuid),
  smallint: typed("smallint", SORT.int),
  integer: typed("integer", SORT.int),
  bigint: typed("bigint", SORT.int),
  numeric: typed("numeric", SORT.numeric),
  real: typed("real", SORT.float),
  float8: typed("float8", SORT.float),
  bpchar: typed("bpchar", SORT.bpchar),
  boolean: typed("boolean", SORT.boolean),
  date: typed("date", SORT.date),
  timestamp: typed("timestamp", SORT.timestamp),
  timestamptz: typed("timestamptz", SORT.timestamptz),
};

const enumTypes = new Map<NameKey, ScalarType>();

export function enumType(name: NameKey): ScalarType {
  const sort = enumSort(name);
  const known = enumTypes.get(name) ?? { kind: "enum", name, sort, key: sort.key };
  enumTypes.set(name, known);
  return known;
}

/** The type that alone has the sort; null for sorts of several types, or of none. */
export function typeOfSort(sort: Sort): ScalarType | null {
  switch (sort.kind) {
    case "text":
    case "bpchar":
    case "uuid":
    case "numeric":
    case "boolean":
    case "date":
    case "timestamp":
    case "timestamptz":
      return TYPE[sort.kind];
    case "enum":
      return enumType(sort.name);
    case "int":
    case "float":
    case "json":
    case "row":
    case "array":
      return null;
  }
}

/** The integer types, narrow to wide: every value of one is a value of those after it. */
export const INTEGERS: readonly ScalarType[] = [TYPE.smallint, TYPE.integer, TYPE.bigint];
