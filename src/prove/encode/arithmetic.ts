import { as, type Expr } from "../../pg/expr/node.ts";
import { stringConst, typeText } from "../../pg/expr/shape.ts";
import type { Formula, Term } from "../logic/formula.ts";
import { INTEGERS, SORT, TYPE, type ScalarType } from "../logic/sort.ts";
import { bitOf, opaqueRaises, plus, shifted, type Shift } from "../logic/symbol.ts";
import { reasonOf } from "../unmodelled.ts";
import type { Encoder } from "./context.ts";
import type { Frame } from "./frame.ts";
import { parseInterval } from "./interval.ts";
import { expressionKey } from "./opaque-key.ts";
import { noteUninterpreted } from "./opaque.ts";
import { encodeIntegers, outOfRange, RANGE } from "./integers.ts";
import type { Value } from "./value.ts";

/**
 * Arithmetic of pg_catalog that is interpreted (manual, 9.3 and 9.9), each operator strict:
 * - `+` and `-` of an integer and a constant: exact, 22003 outside of the result's type; for bigint that is not told;
 * - other operators on integers, and `-` before one: see `integers.ts`;
 * - `&` of an integer and a constant of few bits: one value for each way in which the bits are set;
 * - `+` and `-` of a date and a whole number, a timestamp and a constant interval: see `axioms/time.ts`.
 * Null for anything else.
 */
export function encodeArithmetic(
  encoder: Encoder,
  { operator, left, right }: { operator: string; left: Expr; right: Expr },
  frame: Frame,
): Value | null {
  if (operator === "&") return bits(encoder, encoder.expression(left, frame), encoder.expression(right, frame));
  const operands = (): [Value, Value] => [encoder.expression(left, frame), encoder.expression(right, frame)];
  if (operator !== "+" && operator !== "-") return encodeIntegers(encoder, operator, ...operands());
  const sign = operator === "-" ? -1 : 1;
  const interval = intervalOf(right) ?? (sign === 1 ? intervalOf(left) : null);
  if (interval) {
    const moment = encoder.expression(intervalOf(right) ? left : right, frame);
    const { months, days, micros } = interval;
    return moved(encoder, moment, { months: sign * months, days: sign * days, micros: sign * micros });
  }
  const [a, b] = operands();
  const amount = constantOf(b);
  if (amount !== null) return added(encoder, a, sign * amount, b) ?? encodeIntegers(encoder, operator, a, b);
  const first = constantOf(a);
  const sum = first !== null && sign === 1 ? added(encoder, b, first, a) : null;
  return sum ?? encodeIntegers(encoder, operator, a, b);
}

function intervalOf(node: Expr): Shift | null {
  const cast = as("TypeCast", node);
  if (!cast || typeText(cast.typeName) !== "interval" || (cast.typeName?.typmods?.length ?? 0) > 0) return null;
  const text = stringConst(cast.arg);
  return text === null ? null : (parseInterval(text) ?? null);
}

/** The whole number that a value always is. */
function constantOf(value: Value): number | null {
  if (value.kind !== "scalar" || !INTEGERS.includes(value.type) || value.cases.length !== 1) return null;
  const [only] = value.cases;
  return only?.term.kind === "constant" && only.when.kind === "true" ? Number(only.term.value) : null;
}

/** An integer and a constant, or a day and a number of days. */
function added(encoder: Encoder, value: Value, amount: number, other: Value): Value | null {
  const { logic } = encoder;
  if (value.kind !== "scalar" || other.kind !== "scalar") return null;
  if (value.type === TYPE.date)
    return Math.abs(amount) < 400_000 ? moved(encoder, value, { months: 0, days: amount, micros: 0 }, TYPE.date) : null;
  if (!INTEGERS.includes(value.type)) return null;
  const type = INTEGERS.indexOf(value.type) < INTEGERS.indexOf(other.type) ? other.type : value.type;
  const [range, own] = [RANGE.get(type), RANGE.get(value.type)];
  if (!range || !own) return null;
  const [least, most] = range;
  const raises: Formula[] = [value.raises];
  const cases = value.cases.map(({ when, term }) => {
    // only one end can be left, and only where the column reaches so far
    const within = logic.and(
      own[1] + amount > most ? logic.difference(term, null, most - amount) : logic.true,
      own[0] + amount < least ? logic.difference(null, term, amount - least) : logic.true,
    );
    const sum =
      term.kind === "constant"
        ? logic.constant(SORT.int, Number(term.value) + amount)
        : logic.apply(plus(amount), [term]);
    const isTold = type !== TYPE.bigint || (sum.kind === "constant" && Number.isSafeInteger(sum.value));
    const out = isTold ? logic.not(within) : outOfRange(encoder, type, sum);
    raises.push(logic.and(when, out));
    return { when: logic.and(when, logic.not(out)), term: sum };
  });
  return { ...value, type, raises: logic.or(...raises), cases };
}

/** So many bits of a mask are told apart: each way in which they are set is a case. */
const MOST_BITS = 4;

function bits(encoder: Encoder, left: Value, right: Value): Value | null {
  const { logic } = encoder;
  const [mask, value] = constantOf(right) === null ? [left, right] : [right, left];
  const number = constantOf(mask);
  if (number === null || number < 0 || number > 2147483647) return null;
  if (value.kind !== "scalar" || mask.kind !== "scalar" || !INTEGERS.includes(value.type)) return null;
  const set = Array.from({ length: 31 }, (_, bit) => bit).filter((bit) => ((number >> bit) & 1) === 1);
  if (set.length > MOST_BITS) return null;
  const type = INTEGERS.indexOf(value.type) < INTEGERS.indexOf(mask.type) ? mask.type : value.type;
  for (const bit of set) noteUninterpreted(encoder.opaques, bitOf(bit), { kind: "operator", operator: "&" });
  const cases = value.cases.flatMap(({ when, term }) =>
    Array.from({ length: 1 << set.length }, (_, way) => {
      let result = 0;
      const parts = set.map((bit, index) => {
        const isSet = ((way >> index) & 1) === 1;
        if (isSet) result += 2 ** bit;
        const known = term.kind === "constant" ? bitIn(Number(term.value), bit) : null;
        const holds = known === null ? logic.predicate(bitOf(bit), null, [term]) : logic.bool(known);
        return isSet ? holds : logic.not(holds);
      });
      return { when: logic.and(when, ...parts), term: logic.constant(SORT.int, result) };
    }),
  );
  return { ...value, type, cases: cases.filter(({ when }) => when !== logic.false) };
}

const bitIn = (number: number, bit: number): boolean => Math.floor(number / 2 ** bit) % 2 !== 0;

/** The type that a moment and an interval give (manual, 9.9). */
const MOVED: ReadonlyMap<ScalarType, ScalarType> = new Map([
  [TYPE.timestamp, TYPE.timestamp],
  [TYPE.timestamptz, TYPE.timestamptz],
]);

/** A moment and an interval. One that is out of range raises 22008: whether it is, is not told of columns. */
function moved(
  encoder: Encoder,
  value: Value,
  shift: Shift,
  result: ScalarType | undefined = value.kind === "scalar" ? MOVED.get(value.type) : undefined,
): Value | null {
  const { logic } = encoder;
  if (value.kind !== "scalar" || !result) return null;
  const symbol = shifted(shift, result.sort);
  const raises: Formula[] = [value.raises];
  const cases: { when: Formula; term: Term }[] = [];
  for (const { when, term } of value.cases) {
    const out =
      term.kind === "clock"
        ? logic.false
        : logic.predicate(opaqueRaises(beyondTime(encoder, symbol.key)), null, [term]);
    raises.push(logic.and(when, out));
    cases.push({ when: logic.and(when, logic.not(out)), term: logic.apply(symbol, [term]) });
  }
  return { ...value, type: result, raises: logic.or(...raises), cases };
}

function beyondTime({ opaques }: Encoder, symbol: string): ReturnType<typeof expressionKey> {
  const key = expressionKey(["out of range", symbol]);
  const why = { kind: "uninterpreted", name: "the range of a timestamp" } as const;
  if (!opaques.has(key)) opaques.set(key, { why, reason: reasonOf(why, { expression: null, at: null }), settings: [] });
  return key;
}
