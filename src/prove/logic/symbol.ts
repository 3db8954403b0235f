import { arraySort, SORT, type ScalarType, type Sort } from "./sort.ts";

/** Keys from a JSON document's root to a member. */
export type JsonPath = readonly string[];

/**
 * The name of a value that is not understood: the same wherever the same is computed from the same. Made in
 * `encode/opaque-key.ts`.
 */
export type OpaqueKey = string & { readonly brand: "OpaqueKey" };

/** An interval, as PostgreSQL keeps it. */
export interface Shift {
  months: number;
  days: number;
  micros: number;
}

/** LIKE, ILIKE, starts_with and regular expressions as operators, without their negations. */
export type TextOperator = "~~" | "~~*" | "^@" | "~" | "~*";

/**
 * The function of a term. `key` is injective: symbols are the same where their keys are, and it is the name in SMT-LIB.
 * Code decides by `kind`. `sort` is that of the value.
 */
export type FunctionSymbol = { readonly key: string; readonly sort: Sort } &
  /** the type's input function, of a text */
  (
    | { readonly kind: "input"; readonly type: ScalarType }
    /** the type's output function */
    | { readonly kind: "output"; readonly type: ScalarType }
    /** a cast of an array, element by element */
    | { readonly kind: "array input"; readonly element: ScalarType }
    /** string_to_array */
    | { readonly kind: "split"; readonly separator: string }
    /** `->>` of a document; `plain`: of type json, which keeps the spelling of numbers */
    | { readonly kind: "json text"; readonly path: JsonPath; readonly plain: boolean }
    /** jsonb_array_elements_text, as an array */
    | { readonly kind: "json items"; readonly path: JsonPath }
    | { readonly kind: "fold"; readonly to: "lower" | "upper" }
    /** any other strict function of texts, of which congruence alone is known */
    | { readonly kind: "text function"; readonly name: string }
    /** an integer as a numeric or a float8 */
    | { readonly kind: "widen"; readonly to: ScalarType }
    /** an element of string_to_array; 1 is the first */
    | { readonly kind: "part"; readonly separator: string; readonly index: number }
    /** an integer and a constant */
    | { readonly kind: "plus"; readonly amount: number }
    /** an integer less another */
    | { readonly kind: "minus" }
    /** an integer times a constant other than 0 and 1 */
    | { readonly kind: "times"; readonly factor: number }
    /** an integer divided by a constant of 2 or more, cut towards zero */
    | { readonly kind: "quotient"; readonly divisor: number }
    /** the rest of that, with the sign of the integer */
    | { readonly kind: "remainder"; readonly divisor: number }
    /** a moment and a constant interval */
    | { readonly kind: "shift"; readonly shift: Shift }
    | { readonly kind: "opaque value"; readonly of: OpaqueKey }
  );

/** The predicate of an atom, as `FunctionSymbol`. */
export type PredicateSymbol = { readonly key: string } &
  /** the row is there */
  (
    | { readonly kind: "here" }
    /** the setting was set in this session */
    | { readonly kind: "set"; readonly setting: string }
    /** about a row: the column is NULL */
    | { readonly kind: "null"; readonly column: string }
    /** about a row: the boolean column is true */
    | { readonly kind: "true"; readonly column: string }
    /** the type's input function takes the text */
    | { readonly kind: "readable"; readonly type: ScalarType }
    /** boolin gives true for the text */
    | { readonly kind: "reads true" }
    | { readonly kind: "array readable"; readonly element: ScalarType }
    /** the text is JSON */
    | { readonly kind: "json readable" }
    /** the value satisfies the domain's constraints */
    | { readonly kind: "in domain"; readonly domain: string }
    | { readonly kind: "array empty" }
    | { readonly kind: "array has null" }
    /** of an element and an array */
    | { readonly kind: "array member" }
    | { readonly kind: "json"; readonly fact: JsonFact; readonly path: JsonPath }
    /** of two texts */
    | { readonly kind: "text operator"; readonly operator: TextOperator }
    /** string_to_array of the text gives so many elements, or more */
    | { readonly kind: "has part"; readonly separator: string; readonly index: number }
    /** the bit of an integer is set; 0 is the lowest */
    | { readonly kind: "bit"; readonly bit: number }
    /** a moment that is not infinite, and not centuries away */
    | { readonly kind: "near" }
    /** one value comes before another in an order of which nothing is known */
    | { readonly kind: "precedes"; readonly sort: Sort }
    /** PostgreSQL evaluates no part of a condition on a sub-query's rows beside one that is false */
    | { readonly kind: "short circuit" }
    | { readonly kind: "opaque null"; readonly of: OpaqueKey }
    | { readonly kind: "opaque true"; readonly of: OpaqueKey }
    | { readonly kind: "opaque raises"; readonly of: OpaqueKey }
  );

/** A member is there; is there and not JSON null; is an object; is an array. */
export type JsonFact = "has" | "some" | "object" | "array";

// Every key is a tag that no other begins with, and at most one text that is not quoted, which comes last: so keys are
// injective.

export const input = (type: ScalarType): FunctionSymbol => ({
  kind: "input",
  type,
  sort: type.sort,
  key: `in:${type.key}`,
});
export const output = (type: ScalarType): FunctionSymbol => ({
  kind: "output",
  type,
  sort: SORT.text,
  key: `out:${type.key}`,
});
export const arrayInput = (element: ScalarType): FunctionSymbol => ({
  kind: "array input",
  element,
  sort: arraySort(element.sort),
  key: `in:array ${element.key}`,
});
export const split = (separator: string): FunctionSymbol => ({
  kind: "split",
  separator,
  sort: arraySort(SORT.text),
  key: `split ${separator}`,
});
/** The text of a member: `plain` of a json value, which keeps its spelling, else of a jsonb value. */
export const jsonText = (path: JsonPath, { plain } = { plain: false }): FunctionSymbol => ({
  kind: "json text",
  path,
  plain,
  sort: SORT.text,
  key: `${plain ? "plain:text" : "json:text"} ${JSON.stringify(path)}`,
});
export const jsonItems = (path: JsonPath): FunctionSymbol => ({
  kind: "json items",
  path,
  sort: arraySort(SORT.text),
  key: `json:items ${JSON.stringify(path)}`,
});
export const fold = (to: "lower" | "upper"): FunctionSymbol => ({ kind: "fold", to, sort: SORT.text, key: to });
export const textFunction = (name: string): FunctionSymbol => ({
  kind: "text function",
  name,
  sort: SORT.text,
  key: `text ${name}`,
});
export const widen = (to: ScalarType): FunctionSymbol => ({ kind: "widen", to, sort: to.sort, key: `widen ${to.key}` });
export const part = (separator: string, index: number): FunctionSymbol => ({
  kind: "part",
  separator,
  index,
  sort: SORT.text,
  key: `part ${index} ${separator}`,
});
export const plus = (amount: number): FunctionSymbol => ({
  kind: "plus",
  amount,
  sort: SORT.int,
  key: `plus ${amount}`,
});
export const MINUS: FunctionSymbol = { kind: "minus", sort: SORT.int, key: "minus" };
export const times = (factor: number): FunctionSymbol => ({
  kind: "times",
  factor,
  sort: SORT.int,
  key: `times ${factor}`,
});
export const quotient = (divisor: number): FunctionSymbol => ({
  kind: "quotient",
  divisor,
  sort: SORT.int,
  key: `quotient ${divisor}`,
});
export const remainder = (divisor: number): FunctionSymbol => ({
  kind: "remainder",
  divisor,
  sort: SORT.int,
  key: `remainder ${divisor}`,
});
export const shifted = (shift: Shift, sort: Sort): FunctionSymbol => ({
  kind: "shift",
  shift,
  sort,
  key: `shift ${shift.months} ${shift.days} ${shift.micros} ${sort.key}`,
});
export const opaqueValue = (of: OpaqueKey, sort: Sort): FunctionSymbol => ({
  kind: "opaque value",
  of,
  sort,
  key: `value ${of} as ${sort.key}`,
});

export const HERE: PredicateSymbol = { kind: "here", key: "here" };
export const SHORT_CIRCUIT: PredicateSymbol = { kind: "short circuit", key: "short-circuit" };
export const READS_TRUE: PredicateSymbol = { kind: "reads true", key: "in:boolean" };
export const JSON_READABLE: PredicateSymbol = { kind: "json readable", key: "ok:json" };
export const ARRAY_EMPTY: PredicateSymbol = { kind: "array empty", key: "array:empty" };
export const ARRAY_HAS_NULL: PredicateSymbol = { kind: "array has null", key: "array:null" };
export const ARRAY_MEMBER: PredicateSymbol = { kind: "array member", key: "array:member" };

export const IS_NEAR: PredicateSymbol = { kind: "near", key: "near" };
export const hasPart = (separator: string, index: number): PredicateSymbol => ({
  kind: "has part",
  separator,
  index,
  key: `has-part ${index} ${separator}`,
});
export const bitOf = (bit: number): PredicateSymbol => ({ kind: "bit", bit, key: `bit ${bit}` });

export const settingIsSet = (setting: string): PredicateSymbol => ({ kind: "set", setting, key: `set ${setting}` });
export const columnIsNull = (column: string): PredicateSymbol => ({ kind: "null", column, key: `null ${column}` });
export const columnIsTrue = (column: string): PredicateSymbol => ({ kind: "true", column, key: `true ${column}` });
export const readable = (type: ScalarType): PredicateSymbol => ({ kind: "readable", type, key: `ok:${type.key}` });
export const arrayReadable = (element: ScalarType): PredicateSymbol => ({
  kind: "array readable",
  element,
  key: `ok:array ${element.key}`,
});
export const inDomain = (domain: string): PredicateSymbol => ({
  kind: "in domain",
  domain,
  key: `ok:domain ${domain}`,
});
export const jsonIs = (fact: JsonFact, path: JsonPath): PredicateSymbol => ({
  kind: "json",
  fact,
  path,
  key: `json:${fact} ${JSON.stringify(path)}`,
});
export const textOperator = (operator: TextOperator): PredicateSymbol => ({
  kind: "text operator",
  operator,
  key: `text ${operator}`,
});
export const precedes = (sort: Sort): PredicateSymbol => ({ kind: "precedes", sort, key: `before ${sort.key}` });
export const opaqueIsNull = (of: OpaqueKey): PredicateSymbol => ({ kind: "opaque null", of, key: `is-null ${of}` });
export const opaqueIsTrue = (of: OpaqueKey): PredicateSymbol => ({ kind: "opaque true", of, key: `is-true ${of}` });
export const opaqueRaises = (of: OpaqueKey): PredicateSymbol => ({ kind: "opaque raises", of, key: `raises ${of}` });
