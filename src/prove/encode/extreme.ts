import { as, type Expr } from "../../pg/expr/node.ts";
import type { Formula, Term } from "../logic/formula.ts";
import { INTEGERS, isExact, isOrdered } from "../logic/sort.ts";
import type { Encoder } from "./context.ts";
import type { Frame } from "./frame.ts";
import type { Scalar, Value } from "./value.ts";

// each argument is compared with every other one
const MOST = 4;

/**
 * GREATEST and LEAST: all arguments are evaluated, NULL is left out, and the result is NULL where all are (manual,
 * 9.18.4). Of equal ones the first. Null for types without an order that is modelled.
 */
export function encodeExtreme(encoder: Encoder, node: Expr, frame: Frame): Value | null {
  const { logic } = encoder;
  const found = as("MinMaxExpr", node);
  const values = (found?.args ?? []).map((arg) => encoder.expression(arg, frame));
  const [first] = values;
  if (first?.kind !== "scalar" || values.length > MOST) return null;
  const { sort } = first.type;
  const areAlike = (list: Value[]): list is Scalar[] =>
    list.every((one) => one.kind === "scalar" && (one.type === first.type || areIntegers(one, first)));
  if (!isOrdered(sort) || !isExact(sort) || !areAlike(values)) return null;
  const atMost = (a: Term, b: Term): Formula => (found?.op === "IS_LEAST" ? logic.atMost(a, b) : logic.atMost(b, a));
  const cases = values.flatMap(({ cases: own }, n) =>
    own.map(({ when, term }) => ({
      term,
      when: logic.and(
        when,
        ...values.flatMap((other, at) => {
          if (at === n) return [];
          const isBehind = other.cases.map((one) =>
            logic.and(one.when, at < n ? logic.not(atMost(one.term, term)) : atMost(term, one.term)),
          );
          return [logic.or(other.isNull, ...isBehind)];
        }),
      ),
    })),
  );
  return {
    kind: "scalar",
    type: values.map(({ type }) => type).toSorted((a, b) => INTEGERS.indexOf(b) - INTEGERS.indexOf(a))[0] ?? first.type,
    raises: logic.or(...values.map(({ raises }) => raises)),
    isNull: logic.and(...values.map(({ isNull }) => isNull)),
    cases,
  };
}

const areIntegers = (one: Scalar, other: Scalar): boolean =>
  INTEGERS.includes(one.type) && INTEGERS.includes(other.type);
