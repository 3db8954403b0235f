import { as, type Expr } from "../../pg/expr/node.ts";
import { initPlanTarget, nameParts } from "../../pg/expr/shape.ts";
import type { Formula, Term } from "../logic/formula.ts";
import { typeOfSort } from "../logic/sort.ts";
import { ARRAY_EMPTY, ARRAY_HAS_NULL, ARRAY_MEMBER } from "../logic/symbol.ts";
import { construct } from "../unmodelled.ts";
import { namedOperator } from "./called.ts";
import { nullness } from "./choice.ts";
import { encodeComparison } from "./compare.ts";
import type { Encoder } from "./context.ts";
import type { Frame } from "./frame.ts";
import { gatheredRows, type Gathered } from "./gathered.ts";
import { coerce } from "./literal.ts";
import { liftedCondition } from "./lookup.ts";
import { noteWithoutOperator } from "./no-operator.ts";
import { encodeQuantified } from "./subquery.ts";
import { isTerm, type ArrayValue, type Condition, type Value } from "./value.ts";

/** `x op ANY (array)` and `x op ALL (array)`; ARRAY(SELECT …) is taken as the sub-query that it is. */
export function encodeArrayComparison(encoder: Encoder, node: Expr, given: Frame): Value {
  // scalararraysel folds both sides, whatever columns are in them (selfuncs.c)
  const frame: Frame = { ...given, operand: "array" };
  const found = as("A_Expr", node);
  const left = encoder.expression(found?.lexpr, frame);
  const operator = namedOperator(encoder.side, frame, nameParts(found?.name), () => [left]);
  if (operator === null) return encoder.opaque(node, frame, construct("operator"));
  const quantifier = found?.kind === "AEXPR_OP_ANY" ? "ANY" : "ALL";
  let right = found?.rexpr;
  for (let inner = initPlanTarget(right); inner; inner = initPlanTarget(right)) right = inner;
  const gathered = gatheredRows(encoder, right, frame);
  if (gathered)
    return (
      overGathered(encoder, { left, operator, quantifier }, gathered) ??
      encoder.opaque(node, frame, construct("sub-query"))
    );
  const array = encoder.expression(right, frame);
  // a call that the role may not make
  if (array.kind === "condition" && array.raises === encoder.logic.true) return array;
  if (left.kind === "lookup" && array.kind === "array") {
    const inner = overArray(encoder, { left: left.value, operator, quantifier }, array);
    return inner
      ? liftedCondition(encoder, left.rows, left.holds, inner)
      : encoder.opaque(node, frame, construct("look-up"));
  }
  const compared = array.kind === "array" ? overArray(encoder, { left, operator, quantifier }, array) : null;
  noteWithoutOperator(encoder.side, frame, left, array);
  return compared ?? encoder.opaque(node, frame, { kind: "array comparison", operator, quantifier });
}

interface Quantified {
  left: Value;
  operator: string;
  quantifier: "ANY" | "ALL";
}

function overGathered(
  encoder: Encoder,
  { left, operator, quantifier }: Quantified,
  { select, frame, element, withoutRows }: Gathered,
): Condition | null {
  const { logic, values } = encoder;
  const subselect = { SelectStmt: select };
  const compared = encodeQuantified(encoder, { left: [left], operator, quantifier, subselect, element }, frame);
  if (compared === null || withoutRows === "empty") return compared;
  // of an array that is NULL
  const some = encoder.condition({ SubLink: { subLinkType: "EXISTS_SUBLINK", subselect } }, frame).isTrue;
  return quantifier === "ANY"
    ? values.condition(compared.raises, compared.isTrue, logic.and(compared.isFalse, some))
    : values.condition(compared.raises, logic.and(compared.isTrue, some), compared.isFalse);
}

function overArray(encoder: Encoder, { left, operator, quantifier }: Quantified, array: ArrayValue): Condition | null {
  const any = quantifier === "ANY";
  const { logic, values } = encoder;
  const parts: { when: Formula; value: Condition }[] = [];
  for (const { when, items } of array.cases) {
    if (isTerm(items)) {
      const member = memberOf(encoder, left, items);
      if (!member || !(any ? operator === "=" : operator === "<>")) return null;
      parts.push({ when, value: any ? member : values.not(member) });
      continue;
    }
    const compared = items.map((item) => encodeComparison(encoder, operator, left, item));
    if (!compared.every((part) => part !== null)) return null;
    parts.push({ when, value: any ? values.or(compared) : values.and(compared) });
  }
  // the operand is evaluated whatever the array is, NULL too
  const raises = logic.or(
    array.raises,
    nullness(encoder, left).raises,
    ...parts.map(({ when, value }) => logic.and(when, value.raises)),
  );
  const settled = logic.not(raises);
  const over = (side: "isTrue" | "isFalse"): Formula =>
    logic.or(...parts.map(({ when, value }) => logic.and(settled, when, value[side])));
  return values.condition(raises, over("isTrue"), over("isFalse"));
}

/**
 * `x = ANY (array)` for an array of which only its members are known: NULL when nothing matches and a member, or x, is
 * NULL.
 */
export function memberOf(encoder: Encoder, left: Value, array: Term): Condition | null {
  const { logic, values } = encoder;
  const element = array.sort.kind === "array" ? array.sort.element : null;
  const type = element && typeOfSort(element);
  const value = left.kind === "literal" ? type && coerce(encoder, left, type) : left;
  if (value?.kind !== "scalar" || value.type.sort !== element) return null;
  const empty = logic.predicate(ARRAY_EMPTY, null, [array]);
  const hasNull = logic.predicate(ARRAY_HAS_NULL, null, [array]);
  const settled = logic.not(value.raises);
  const over = (sign: boolean): Formula =>
    logic.or(
      ...value.cases.map(({ when, term }) => {
        const member = logic.predicate(ARRAY_MEMBER, null, [term, array]);
        return logic.and(
          settled,
          logic.not(empty),
          when,
          sign ? member : logic.and(logic.not(member), logic.not(hasNull)),
        );
      }),
    );
  return values.condition(value.raises, over(true), logic.or(logic.and(settled, empty), over(false)));
}
