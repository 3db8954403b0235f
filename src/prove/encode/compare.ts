import type { Formula, Term } from "../logic/formula.ts";
import { labelsOf } from "../logic/functions.ts";
import { isOrdered, TYPE, type ScalarType, type Sort } from "../logic/sort.ts";
import { ARRAY_EMPTY, opaqueIsNull, opaqueValue, precedes } from "../logic/symbol.ts";
import type { Encoder } from "./context.ts";
import { strictRaises } from "./left-out.ts";
import { coerce } from "./literal.ts";
import { liftedCondition } from "./lookup.ts";
import { noteUninterpreted } from "./opaque.ts";
import { inLowerCase } from "./text.ts";
import { isTerm, type ArrayValue, type Condition, type Opaque, type Scalar, type Value } from "./value.ts";

export type Operator = "=" | "<>" | "<" | "<=" | ">" | ">=";

const OPERATORS: ReadonlySet<string> = new Set(["=", "<>", "<", "<=", ">", ">="]);

const isOperator = (text: string): text is Operator => OPERATORS.has(text);

/** `left op right`; null where it is not modelled. */
export function encodeComparison(encoder: Encoder, operator: string, left: Value, right: Value): Condition | null {
  const { logic, values } = encoder;
  if (!isOperator(operator)) return null;
  if (operator === "<>") {
    const equal = encodeComparison(encoder, "=", left, right);
    return equal && values.not(equal);
  }
  if (left.kind === "lookup" || right.kind === "lookup") return compareLookUp(encoder, operator, left, right);
  const [a, b] = settle(encoder, left, right);
  if (a === null || b === null) return null;
  if (a.kind === "condition" && b.kind === "condition") {
    if (operator !== "=") return null;
    const raises = strictRaises(logic, [
      { raises: a.raises, isNull: values.isNullOf(a) },
      { raises: b.raises, isNull: values.isNullOf(b) },
    ]);
    const settled = logic.not(raises);
    return values.condition(
      raises,
      logic.and(settled, logic.or(logic.and(a.isTrue, b.isTrue), logic.and(a.isFalse, b.isFalse))),
      logic.and(settled, logic.or(logic.and(a.isTrue, b.isFalse), logic.and(a.isFalse, b.isTrue))),
    );
  }
  if (a.kind === "array" && b.kind === "array") return operator === "=" ? arraysEqual(encoder, a, b) : null;
  if (a.kind !== "scalar" || b.kind !== "scalar" || a.type.sort !== b.type.sort) return null;
  // of citext and text or name, both are texts (citext is cast to text implicitly, these to citext in assignments alone)
  const types = new Set([a.type, b.type]);
  if (types.has(TYPE.name) && operator !== "=") return null;
  if (types.has(TYPE.citext) && operator !== "=") return null;
  encoder.tick();
  const compare =
    types.has(TYPE.citext) && types.size === 1
      ? (one: Term, two: Term) => logic.equal(inLowerCase(encoder, one), inLowerCase(encoder, two))
      : relationBy(encoder, operator, a.type.sort);
  if (!compare) return null;
  const raises = strictRaises(logic, [a, b]);
  const settled = logic.not(raises);
  const over = (sign: boolean): Formula =>
    logic.or(
      ...a.cases.flatMap((one) =>
        b.cases.map((two) => {
          const holds = compare(one.term, two.term);
          return logic.and(settled, one.when, two.when, sign ? holds : logic.not(holds));
        }),
      ),
    );
  return values.condition(raises, over(true), over(false));
}

/** Compares the value that the one row gives; two look-ups at once would need rows of two scopes. */
function compareLookUp(encoder: Encoder, operator: Operator, left: Value, right: Value): Condition | null {
  if (left.kind === "lookup" && right.kind === "lookup") return null;
  const lookup = left.kind === "lookup" ? left : right.kind === "lookup" ? right : null;
  if (!lookup) return null;
  const compared =
    left.kind === "lookup"
      ? encodeComparison(encoder, operator, lookup.value, right)
      : encodeComparison(encoder, operator, left, lookup.value);
  return compared && liftedCondition(encoder, lookup.rows, lookup.holds, compared);
}

/** The operator as a relation between two terms of a sort. */
function relationBy(encoder: Encoder, operator: Operator, sort: Sort): ((a: Term, b: Term) => Formula) | null {
  const { logic } = encoder;
  if (operator === "=") return (a, b) => logic.equal(a, b);
  const labels = labelsOf(encoder.conversions, sort);
  const atMost = isOrdered(sort)
    ? (a: Term, b: Term): Formula => logic.atMost(a, b)
    : labels
      ? enumAtMost(encoder, labels)
      : unknownOrder(encoder, sort);
  if (!atMost) return null;
  switch (operator) {
    case "<=":
      return atMost;
    case ">=":
      return (a, b) => atMost(b, a);
    case "<":
      return (a, b) => logic.not(atMost(b, a));
    default:
      return (a, b) => logic.not(atMost(a, b));
  }
}

/**
 * Texts are ordered by a collation that is not known, uuids by bytes that mean nothing: the same for the same, and no
 * more.
 */
function unknownOrder({ logic, opaques }: Encoder, sort: Sort): ((a: Term, b: Term) => Formula) | null {
  if (sort.kind !== "text" && sort.kind !== "uuid") return null;
  const before = precedes(sort);
  noteUninterpreted(opaques, before, { kind: "order", sort: sort.kind });
  return (a, b) => logic.not(logic.predicate(before, null, [b, a]));
}

/** Enums are ordered as their labels were declared (manual, 8.7.2). */
const enumAtMost =
  ({ logic }: Encoder, labels: readonly string[]) =>
  (a: Term, b: Term): Formula =>
    logic.or(
      ...labels.map((low, index) =>
        logic.and(
          logic.equal(a, logic.constant(a.sort, low)),
          logic.or(...labels.slice(index).map((high) => logic.equal(b, logic.constant(b.sort, high)))),
        ),
      ),
    );

/** A string constant takes the type of what it is compared with; what cannot be compared is null. */
function settle(encoder: Encoder, left: Value, right: Value): [Value | null, Value | null] {
  if (left.kind === "literal" && right.kind === "literal")
    return [coerce(encoder, left, TYPE.text), coerce(encoder, right, TYPE.text)];
  if (left.kind === "literal") {
    const [b, a] = settle(encoder, right, left);
    return [a, b];
  }
  if (right.kind === "literal") {
    if (left.kind === "scalar") return [left, coerce(encoder, right, left.type)];
    if (left.kind === "condition") return [left, encoder.toCondition(right)];
    if (left.kind === "array" && right.text === "{}") return [left, emptyArray(encoder, left)];
    return [null, null];
  }
  // a uuid or an enum is compared with nothing but its own type; of other types an opaque value might be a cousin
  if (left.kind === "opaque" && right.kind === "scalar" && isOf(encoder, left, right))
    return [opaqueScalar(encoder, left, right.type), right];
  if (right.kind === "opaque" && left.kind === "scalar" && isOf(encoder, right, left))
    return [left, opaqueScalar(encoder, right, left.type)];
  if (left.kind === "opaque" || right.kind === "opaque") return [null, null];
  return [left, right];
}

function isOf(encoder: Encoder, value: Opaque, like: Scalar): boolean {
  if (like.type.kind === "uuid" || like.type.kind === "enum") return true;
  const model = value.type === null ? null : encoder.side.types(value.type);
  if (model?.kind !== "scalar" || model.type.sort !== like.type.sort) return false;
  return (model.type === TYPE.citext) === (like.type === TYPE.citext);
}

/** What is not understood, as a value of a type that it is known to have. */
export function opaqueScalar({ logic }: Encoder, value: Opaque, type: ScalarType): Scalar {
  const isNull = logic.predicate(opaqueIsNull(value.key), null, value.of);
  const term = logic.apply(opaqueValue(value.key, type.sort), value.of);
  const when = logic.and(logic.not(value.raises), logic.not(isNull));
  return { kind: "scalar", type, raises: value.raises, isNull, cases: [{ when, term }] };
}

const emptyArray = ({ logic }: Encoder, like: ArrayValue): ArrayValue => ({
  kind: "array",
  element: like.element,
  raises: logic.false,
  isNull: logic.false,
  cases: [{ when: logic.true, items: [] }],
});

/** Only what rewritten policies need: two arrays of one origin, and the comparison with an empty one. */
function arraysEqual(encoder: Encoder, a: ArrayValue, b: ArrayValue): Condition | null {
  const { logic, values } = encoder;
  const raises = strictRaises(logic, [a, b]);
  const settled = logic.not(raises);
  const isTrue: Formula[] = [];
  const isFalse: Formula[] = [];
  for (const one of a.cases)
    for (const two of b.cases) {
      const holds = itemsEqual(encoder, one.items, two.items);
      if (!holds) return null;
      const when = logic.and(settled, one.when, two.when);
      isTrue.push(logic.and(when, holds));
      isFalse.push(logic.and(when, logic.not(holds)));
    }
  return values.condition(raises, logic.or(...isTrue), logic.or(...isFalse));
}

function itemsEqual({ logic }: Encoder, a: readonly Value[] | Term, b: readonly Value[] | Term): Formula | null {
  if (isTerm(a) && isTerm(b)) return a.sort === b.sort ? logic.equal(a, b) : null;
  const [term, list] = isTerm(a) ? [a, b] : [b, a];
  if (isTerm(list)) return null;
  if (list.length > 0) return null;
  return isTerm(term) ? logic.predicate(ARRAY_EMPTY, null, [term]) : logic.bool(term.length === 0);
}

/** IS DISTINCT FROM: never NULL. Null where the types are not modelled. */
export function isDistinct(encoder: Encoder, left: Value, right: Value): Condition | null {
  const { logic, values } = encoder;
  const equal = encodeComparison(encoder, "=", left, right);
  if (!equal) return null;
  const [a, b] = settle(encoder, left, right);
  if (!a || !b) return null;
  const [nullA, nullB] = [nullOf(encoder, a), nullOf(encoder, b)];
  if (!nullA || !nullB) return null;
  // not strict: both are evaluated
  const raises = logic.or(equal.raises, raisesOf(encoder, a), raisesOf(encoder, b));
  const settled = logic.not(raises);
  const same = logic.and(settled, logic.or(logic.and(nullA, nullB), equal.isTrue));
  return values.condition(raises, logic.and(settled, logic.not(same)), same);
}

const raisesOf = ({ logic }: Encoder, value: Value): Formula =>
  value.kind === "condition" || value.kind === "scalar" || value.kind === "array" ? value.raises : logic.false;

const nullOf = ({ values }: Encoder, value: Value): Formula | null =>
  value.kind === "condition"
    ? values.isNullOf(value)
    : value.kind === "scalar" || value.kind === "array"
      ? value.isNull
      : null;
