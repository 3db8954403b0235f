import type { Formula, BoundRow, Term } from "../logic/formula.ts";
import type { Logic } from "../logic/logic.ts";
import type { ScalarType, Sort } from "../logic/sort.ts";
import { SHORT_CIRCUIT, type JsonPath, type OpaqueKey } from "../logic/symbol.ts";
import { unlessLeftOut } from "./left-out.ts";

/**
 * The value of an SQL expression, in every state at once. `raises` says where it may raise an error; there the other
 * fields mean nothing, except that a condition is never taken as true or false where one of its parts raises.
 */
export type Value = Condition | Scalar | Json | ArrayValue | Literal | LookUp | Opaque;

/** A boolean: NULL is neither true nor false. */
export interface Condition {
  kind: "condition";
  raises: Formula;
  isTrue: Formula;
  isFalse: Formula;
}

/** A value of a scalar type. The guards exclude each other and cover every state in which it is not NULL. */
export interface Scalar {
  kind: "scalar";
  type: ScalarType;
  raises: Formula;
  isNull: Formula;
  cases: readonly { when: Formula; term: Term }[];
}

/**
 * A node of a JSON document; the document is a term, the path leads to the node. `plain`: of type json, which keeps the
 * spelling of numbers.
 */
export interface Json {
  kind: "json";
  plain: boolean;
  raises: Formula;
  isNull: Formula;
  cases: readonly { when: Formula; document: Term; path: JsonPath }[];
}

export interface ArrayValue {
  kind: "array";
  element: Sort;
  raises: Formula;
  isNull: Formula;
  cases: readonly { when: Formula; items: readonly Value[] | Term }[];
}

/** An array of which only its members are known. */
export const isTerm = (items: readonly Value[] | Term): items is Term => !Array.isArray(items);

/** A string constant whose type is not settled yet; null for NULL. */
export interface Literal {
  kind: "literal";
  text: string | null;
}

/** A scalar that one row of a sub-query gives; NULL where no row satisfies `holds`. At most one does. */
export interface LookUp {
  kind: "lookup";
  rows: readonly BoundRow[];
  holds: Condition;
  value: Scalar;
}

/** An expression that is not understood: a key for its value, the same wherever the same is computed from the same. */
export interface Opaque {
  kind: "opaque";
  key: OpaqueKey;
  /** rows it is computed from, as terms */
  of: readonly Term[];
  raises: Formula;
  /** its SQL type where that is known */
  type: string | null;
}

export interface Values {
  condition(raises: Formula, isTrue: Formula, isFalse: Formula): Condition;
  constant(value: boolean | null): Condition;
  not(value: Condition): Condition;
  and(values: readonly Condition[]): Condition;
  or(values: readonly Condition[]): Condition;
  isNullOf(value: Condition): Formula;
}

/**
 * Kleene's logic, with errors that may come from any part, since Postgres evaluates the parts in the order it likes.
 * With short-circuit evaluation, AND raises only where no part is false, and OR where none is true: what uses the whole
 * has a value there.
 */
export function newValues(logic: Logic): Values {
  const shortCircuit = logic.predicate(SHORT_CIRCUIT, null, []);
  const raisesUnless = (values: readonly Condition[], isDecided: Formula): Formula => {
    const any = logic.or(...values.map((value) => value.raises));
    if (any === logic.false || isDecided === logic.false) return any;
    const parts = any.kind === "or" ? any.args : [any];
    const needed = parts.map((part) => logic.and(shortCircuit, part, logic.not(isDecided)));
    return logic.or(unlessLeftOut(logic, any), ...needed);
  };
  const condition = (raises: Formula, isTrue: Formula, isFalse: Formula): Condition => ({
    kind: "condition",
    raises,
    isTrue,
    isFalse,
  });
  return {
    condition,
    constant: (value) => condition(logic.false, logic.bool(value === true), logic.bool(value === false)),
    not: ({ raises, isTrue, isFalse }) => condition(raises, isFalse, isTrue),
    and: (values) => {
      const isFalse = logic.or(...values.map((value) => value.isFalse));
      return condition(raisesUnless(values, isFalse), logic.and(...values.map((value) => value.isTrue)), isFalse);
    },
    or: (values) => {
      const isTrue = logic.or(...values.map((value) => value.isTrue));
      return condition(raisesUnless(values, isTrue), isTrue, logic.and(...values.map((value) => value.isFalse)));
    },
    isNullOf: ({ raises, isTrue, isFalse }) => logic.not(logic.or(raises, isTrue, isFalse)),
  };
}
