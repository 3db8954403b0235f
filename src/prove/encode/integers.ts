import type { Formula, Term } from "../logic/formula.ts";
import { INTEGERS, SORT, TYPE, type ScalarType } from "../logic/sort.ts";
import { MINUS, opaqueRaises, opaqueValue, quotient, remainder, times, type FunctionSymbol } from "../logic/symbol.ts";
import { reasonOf } from "../unmodelled.ts";
import type { Encoder } from "./context.ts";
import { coerce } from "./literal.ts";
import { noteUninterpreted } from "./opaque.ts";
import { expressionKey } from "./opaque-key.ts";
import type { Scalar, Value } from "./value.ts";

type Operator = "+" | "-" | "*" | "/" | "%";

const isOperator = (operator: string): operator is Operator => /^[-+*/%]$/.test(operator);

/** The bounds of each integer type; those of bigint are beyond the numbers that are exact here. */
export const RANGE: ReadonlyMap<ScalarType, readonly [number, number]> = new Map([
  [TYPE.smallint, [-32768, 32767]],
  [TYPE.integer, [-2147483648, 2147483647]],
  [TYPE.bigint, [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]],
]);

/** A result where it is one, and where there is an error instead. */
interface Result {
  term: Term;
  raises: Formula;
}

/**
 * `+`, `-`, `*`, `/` and `%` of two integers, in the wider of their types, strict (manual, 9.3; int.c and int8.c of 15
 * and 18):
 * - a difference, and a product with a constant: the integer of mathematics, 22003 where it is out of range; of bigint
 *   that is not told;
 * - `/` cuts towards zero, `%` has the sign of the dividend; a divisor of 0 raises 22012, and the least integer divided
 *   by -1 raises 22003, but its remainder is 0;
 * - other sums, products, quotients and remainders of two columns: the same for the same, of sums and products in either
 *   order, and nothing else is known.
 * Null for other types, and for two constants that give an error: the planner folds those where no row ever comes.
 */
export function encodeIntegers(encoder: Encoder, operator: string, left: Value, right: Value): Value | null {
  const { logic } = encoder;
  const [a, b] = [asInteger(encoder, left, right), asInteger(encoder, right, left)];
  if (!a || !b || !isOperator(operator)) return null;
  const type = INTEGERS.indexOf(a.type) < INTEGERS.indexOf(b.type) ? b.type : a.type;
  const raises: Formula[] = [a.raises, b.raises];
  const cases: { when: Formula; term: Term }[] = [];
  for (const one of a.cases)
    for (const two of b.cases) {
      const when = logic.and(one.when, two.when);
      if (when === logic.false) continue;
      const result = resultOf(encoder, { operator, type, from: [a.type, b.type] }, one.term, two.term);
      if (!result) return null;
      raises.push(logic.and(when, result.raises));
      cases.push({ when: logic.and(when, logic.not(result.raises)), term: result.term });
    }
  return { kind: "scalar", type, raises: logic.or(...raises), isNull: logic.or(a.isNull, b.isNull), cases };
}

/** `- x` of an integer: 22003 for the least one. */
export function encodeNegation(encoder: Encoder, value: Value): Value | null {
  const minusOne = encoder.logic.constant(SORT.int, -1);
  const { logic } = encoder;
  const factor: Scalar = {
    kind: "scalar",
    type: TYPE.smallint,
    raises: logic.false,
    isNull: logic.false,
    cases: [{ when: logic.true, term: minusOne }],
  };
  return encodeIntegers(encoder, "*", factor, value);
}

function asInteger(encoder: Encoder, value: Value, other: Value): Scalar | null {
  const isOf = (one: Value): one is Scalar => one.kind === "scalar" && INTEGERS.includes(one.type);
  if (value.kind === "literal" && isOf(other)) {
    const read = coerce(encoder, value, other.type);
    return read?.raises === encoder.logic.false ? read : null;
  }
  return isOf(value) ? value : null;
}

interface Operation {
  operator: Operator;
  /** of the result */
  type: ScalarType;
  /** of the operands */
  from: readonly [ScalarType, ScalarType];
}

type Range = readonly [number, number];

const rangeOf = (type: ScalarType): Range => RANGE.get(type) ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];

function resultOf(encoder: Encoder, operation: Operation, left: Term, right: Term): Result | null {
  const { operator, type, from } = operation;
  const [a, b] = [numberOf(left), numberOf(right)];
  if (a !== null && b !== null) return folded(encoder, operation, a, b);
  const x: Range = a === null ? rangeOf(from[0]) : [a, a];
  const y: Range = b === null ? rangeOf(from[1]) : [b, b];
  if (operator === "*" && b !== null) return product(encoder, type, left, b, x);
  if (operator === "*" && a !== null) return product(encoder, type, right, a, y);
  if (operator === "-")
    return ranged(encoder, type, applied(encoder, MINUS, [left, right], "-"), [x[0] - y[1], x[1] - y[0]]);
  if (operator === "+" || operator === "*" || b === null) return unknown(encoder, operation, left, right);
  return divided(encoder, operation, left, b);
}

const numberOf = (term: Term): number | null => (term.kind === "constant" ? Number(term.value) : null);

function folded({ logic }: Encoder, { operator, type }: Operation, a: number, b: number): Result | null {
  const exact = COMPUTED[operator](a, b);
  const [least, most] = rangeOf(type);
  if (!Number.isSafeInteger(exact) || exact < least || exact > most) return null;
  // 0 has no sign
  return { term: logic.constant(SORT.int, exact + 0), raises: logic.false };
}

/** What is divided by 0 is no integer. */
const COMPUTED: Readonly<Record<Operator, (a: number, b: number) => number>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => Math.trunc(a / b),
  "%": (a, b) => a % b,
};

function product(encoder: Encoder, type: ScalarType, of: Term, factor: number, range: Range): Result {
  const { logic } = encoder;
  if (factor === 0) return { term: logic.constant(SORT.int, 0), raises: logic.false };
  if (factor === 1) return { term: of, raises: logic.false };
  const ends = range.map((end) => end * factor).toSorted((a, b) => a - b);
  return ranged(encoder, type, applied(encoder, times(factor), [of], "*"), [ends[0] ?? 0, ends[1] ?? 0]);
}

/** An integer of mathematics, and 22003 where the type has no such integer. `reach`: what it can be at all. */
function ranged(encoder: Encoder, type: ScalarType, term: Term, reach: Range): Result {
  const { logic } = encoder;
  const [least, most] = rangeOf(type);
  if (type === TYPE.bigint)
    return { term, raises: reach.every(Number.isSafeInteger) ? logic.false : outOfRange(encoder, type, term) };
  const within = logic.and(
    reach[1] > most ? logic.difference(term, null, most) : logic.true,
    reach[0] < least ? logic.difference(null, term, -least) : logic.true,
  );
  return { term, raises: logic.not(within) };
}

function divided(encoder: Encoder, { operator, type, from }: Operation, of: Term, divisor: number): Result {
  const { logic } = encoder;
  // of NULL divided by 0 it is NULL: that case does not come here
  if (divisor === 0) return { term: of, raises: logic.true };
  const size = Math.abs(divisor);
  if (operator === "%") {
    if (size === 1) return { term: logic.constant(SORT.int, 0), raises: logic.false };
    return { term: applied(encoder, remainder(size), [of], "%"), raises: logic.false };
  }
  if (size === 1) return product(encoder, type, of, divisor, rangeOf(from[0]));
  const cut = applied(encoder, quotient(size), [of], "/");
  return { term: divisor > 0 ? cut : applied(encoder, times(-1), [cut], "/"), raises: logic.false };
}

function applied(encoder: Encoder, symbol: FunctionSymbol, args: readonly Term[], operator: Operator): Term {
  noteUninterpreted(encoder.opaques, symbol, { kind: "operator", operator });
  return encoder.logic.apply(symbol, args);
}

/** Two integers that are not known: equal ones give equal results, and errors. */
function unknown(encoder: Encoder, { operator, type }: Operation, left: Term, right: Term): Result {
  const { logic } = encoder;
  const commutes = operator === "+" || operator === "*";
  const args = commutes && right.id < left.id ? [right, left] : [left, right];
  const term = applied(encoder, opaqueValue(expressionKey(["operator", operator]), SORT.int), args, operator);
  if (commutes) return { term, raises: outOfRange(encoder, type, term) };
  const byZero = logic.equal(right, logic.constant(SORT.int, 0));
  if (operator === "%") return { term, raises: byZero };
  const [least] = rangeOf(type);
  const isLeast = Number.isFinite(least)
    ? logic.equal(left, logic.constant(SORT.int, least))
    : outOfRange(encoder, type, term);
  return { term, raises: logic.or(byZero, logic.and(logic.equal(right, logic.constant(SORT.int, -1)), isLeast)) };
}

/** 22003, the same for the same integer and type, and not known. */
export function outOfRange({ logic, opaques }: Encoder, type: ScalarType, term: Term): Formula {
  const key = expressionKey(["out of range", type.key]);
  const why = { kind: "uninterpreted", name: `the range of ${type.key}` } as const;
  if (!opaques.has(key)) opaques.set(key, { why, reason: reasonOf(why, { expression: null, at: null }), settings: [] });
  return logic.predicate(opaqueRaises(key), null, [term]);
}
