import { as, type Expr } from "../../pg/expr/node.ts";
import { boolConst, call, initPlanTarget } from "../../pg/expr/shape.ts";
import type { Term } from "../logic/formula.ts";
import { parseNumeric } from "../logic/conversion.ts";
import { SORT, TYPE, type ScalarType } from "../logic/sort.ts";
import { opaqueIsNull, opaqueIsTrue, opaqueValue } from "../logic/symbol.ts";
import { construct } from "../unmodelled.ts";
import { encodeCall } from "./call.ts";
import { convert, encodeCast } from "./cast.ts";
import { encodeCase, encodeCoalesce, nullness } from "./choice.ts";
import { encodeColumn } from "./column.ts";
import type { Encoder } from "./context.ts";
import { encodeExtreme } from "./extreme.ts";
import { resolve, type Bound, type Frame } from "./frame.ts";
import { noteUninterpreted } from "./opaque.ts";
import { expressionKey } from "./opaque-key.ts";
import { encodeOperation } from "./operation.ts";
import { encodeElement } from "./part.ts";
import { encodeSubLink } from "./subquery.ts";
import type { Condition, Scalar, Value } from "./value.ts";

/** The value of any expression, by the kind of its node. A node that is not there is NULL. */
export function encodeExpression(encoder: Encoder, node: Expr | undefined, frame: Frame): Value {
  const { values } = encoder;
  if (node === undefined) return values.constant(null);
  encoder.tick();
  if (as("A_Const", node)) return encodeConstant(encoder, node, frame);
  if (as("ColumnRef", node)) return encodeName(encoder, node, frame);
  const parameter = as("ParamRef", node);
  if (parameter) {
    const bound = frame.parameters.get(`$${parameter.number}`);
    return bound ? encodeArgument(encoder, node, bound, frame) : encoder.opaque(node, frame, construct("parameter"));
  }
  const bool = as("BoolExpr", node);
  if (bool) {
    const args = (bool.args ?? []).map((arg) => encoder.condition(arg, frame));
    if (bool.boolop === "AND_EXPR") return values.and(args);
    if (bool.boolop === "OR_EXPR") return values.or(args);
    return values.not(args[0] ?? values.constant(null));
  }
  if (as("NullTest", node)) return encodeNullTest(encoder, node, frame);
  if (as("BooleanTest", node)) return encodeBooleanTest(encoder, node, frame);
  if (as("TypeCast", node)) return encodeCast(encoder, node, frame);
  if (as("CoalesceExpr", node)) return encodeCoalesce(encoder, node, frame);
  if (as("CaseExpr", node)) return encodeCase(encoder, node, frame);
  const array = as("A_ArrayExpr", node);
  if (array)
    return encodeArray(
      encoder,
      (array.elements ?? []).map((element) => encoder.expression(element, frame)),
    );
  if (as("SubLink", node)) {
    const inner = initPlanTarget(node);
    // a query of its own: its value is not asked for while the query around is planned
    return inner ? encoder.expression(inner, { ...frame, operand: false }) : encodeSubLink(encoder, node, frame);
  }
  if (as("MinMaxExpr", node))
    return encodeExtreme(encoder, node, frame) ?? encoder.opaque(node, frame, construct("kind of expression"));
  if (call(node)) return encodeCall(encoder, node, frame);
  if (as("SQLValueFunction", node)) return encodeValueFunction(encoder, node, frame);
  if (as("CollateClause", node)) return encoder.opaque(node, frame, construct("collation"));
  if (as("A_Expr", node)) return encodeOperation(encoder, node, frame);
  const element = encodeElement(encoder, node, frame);
  if (element) return element;
  return encoder.opaque(node, frame, construct("kind of expression"));
}

/** A value where a condition is asked for. */
export function toCondition({ logic, values, conversions }: Encoder, value: Value): Condition {
  switch (value.kind) {
    case "condition":
      return value;
    case "literal": {
      if (value.text === null) return values.constant(null);
      const parsed = conversions.get(TYPE.boolean)?.read(value.text);
      return typeof parsed === "boolean"
        ? values.constant(parsed)
        : values.condition(logic.true, logic.false, logic.false);
    }
    case "opaque": {
      const isNull = logic.predicate(opaqueIsNull(value.key), null, value.of);
      const holds = logic.predicate(opaqueIsTrue(value.key), null, value.of);
      const known = logic.and(logic.not(value.raises), logic.not(isNull));
      return values.condition(value.raises, logic.and(known, holds), logic.and(known, logic.not(holds)));
    }
    default:
      // Postgres lets no other type stand as a condition
      return values.condition(logic.true, logic.false, logic.false);
  }
}

function encodeName(encoder: Encoder, node: Expr, frame: Frame): Value {
  const found = resolve(node, frame);
  switch (found?.kind) {
    case "column":
      return encodeColumn(encoder, found.source.row, found.column);
    case "derived":
    case "parameter":
      return encodeArgument(encoder, node, found, frame);
    case undefined:
      return encoder.opaque(node, frame, construct("name"));
  }
}

/** An argument means what it meant at the call; its own sub-queries are told apart from those around its use. */
function encodeArgument(encoder: Encoder, node: Expr, bound: Bound, frame: Frame): Value {
  const value = encoder.expression(bound.expr, { ...bound.frame, depth: Math.max(bound.frame.depth, frame.depth) });
  return bound.type === undefined
    ? value
    : (convert(encoder, value, bound.type) ??
        encoder.opaque(node, frame, { kind: "cast", type: bound.type, fromAny: false }));
}

function encodeNullTest(encoder: Encoder, node: Expr, frame: Frame): Value {
  const { logic, values } = encoder;
  const nullTest = as("NullTest", node);
  const { raises, isNull } = nullness(encoder, encoder.expression(nullTest?.arg, frame));
  const there = logic.not(raises);
  const test = values.condition(raises, logic.and(there, isNull), logic.and(there, logic.not(isNull)));
  return nullTest?.nulltesttype === "IS_NULL" ? test : values.not(test);
}

function encodeBooleanTest(encoder: Encoder, node: Expr, frame: Frame): Value {
  const { logic, values } = encoder;
  const test = as("BooleanTest", node);
  const arg = encoder.condition(test?.arg, frame);
  const settled = logic.not(arg.raises);
  const is = (holds: Condition["isTrue"]): Condition => {
    return values.condition(arg.raises, logic.and(settled, holds), logic.and(settled, logic.not(holds)));
  };
  switch (test?.booltesttype) {
    case "IS_TRUE":
      return is(arg.isTrue);
    case "IS_NOT_TRUE":
      return values.not(is(arg.isTrue));
    case "IS_FALSE":
      return is(arg.isFalse);
    case "IS_NOT_FALSE":
      return values.not(is(arg.isFalse));
    case "IS_UNKNOWN":
      return is(values.isNullOf(arg));
    case "IS_NOT_UNKNOWN":
      return values.not(is(values.isNullOf(arg)));
    default:
      return encoder.opaque(node, frame, construct("kind of expression"));
  }
}

const encodeArray = (encoder: Encoder, items: readonly Value[]): Value => ({
  kind: "array",
  element: items.find((item): item is Scalar => item.kind === "scalar")?.type.sort ?? SORT.text,
  raises: encoder.logic.or(...items.map((item) => nullness(encoder, item).raises)),
  isNull: encoder.logic.false,
  cases: [{ when: encoder.logic.true, items }],
});

const known = ({ logic }: Encoder, type: ScalarType, term: Term): Scalar => ({
  kind: "scalar",
  type,
  raises: logic.false,
  isNull: logic.false,
  cases: [{ when: logic.true, term }],
});

function encodeConstant(encoder: Encoder, node: Expr, frame: Frame): Value {
  const constant = as("A_Const", node);
  if (!constant || constant.isnull) return { kind: "literal", text: null };
  if (constant.boolval) return encoder.values.constant(boolConst(node));
  if (constant.sval) return { kind: "literal", text: constant.sval.sval ?? "" };
  if (constant.ival) return known(encoder, TYPE.integer, encoder.logic.constant(SORT.int, constant.ival.ival ?? 0));
  const decimal = constant.fval?.fval ?? "";
  // the grammar gives the type bigint to what fits it (manual, 4.1.2.6)
  if (/^\d{1,15}$/.test(decimal)) return known(encoder, TYPE.bigint, encoder.logic.constant(SORT.int, Number(decimal)));
  const place = /\.\d|\d\./.test(decimal) ? parseNumeric(decimal) : undefined;
  return typeof place === "number"
    ? known(encoder, TYPE.numeric, encoder.logic.constant(SORT.numeric, place))
    : encoder.opaque(node, frame, construct("numeric constant"));
}

function encodeValueFunction(encoder: Encoder, node: Expr, frame: Frame): Value {
  const { logic } = encoder;
  const op = as("SQLValueFunction", node)?.op;
  switch (op) {
    case "SVFOP_CURRENT_USER":
    case "SVFOP_CURRENT_ROLE":
    case "SVFOP_USER":
      return known(encoder, TYPE.name, logic.constant(SORT.text, frame.role));
    case "SVFOP_SESSION_USER": {
      // one for all of a session, and not told which
      const symbol = opaqueValue(expressionKey(["session_user"]), SORT.text);
      noteUninterpreted(encoder.opaques, symbol, { kind: "value function", name: "session_user" });
      return known(encoder, TYPE.name, logic.apply(symbol, []));
    }
    case "SVFOP_CURRENT_TIMESTAMP":
      return known(encoder, TYPE.timestamptz, logic.clock("now"));
    case "SVFOP_CURRENT_DATE":
      return known(encoder, TYPE.date, logic.clock("current_date"));
    default:
      return encoder.opaque(node, frame, {
        kind: "value function",
        name: String(op).replace("SVFOP_", "").toLowerCase(),
      });
  }
}
