import { as, type Expr } from "../../pg/expr/node.ts";
import { nameParts } from "../../pg/expr/shape.ts";
import { some } from "../../pg/expr/walk.ts";
import type { TextOperator } from "../logic/symbol.ts";
import { construct, type Unmodelled } from "../unmodelled.ts";
import { encodeArithmetic } from "./arithmetic.ts";
import { encodeArrayComparison } from "./array.ts";
import { namedOperator } from "./called.ts";
import { addPlanned, encodeNullif, nullness } from "./choice.ts";
import { encodeComparison, isDistinct } from "./compare.ts";
import { encodeContainment } from "./containment.ts";
import type { Encoder } from "./context.ts";
import { resolve, type Frame } from "./frame.ts";
import { PLACES } from "./opaque-facts.ts";
import { jsonMember, jsonText } from "./json.ts";
import { coerce } from "./literal.ts";
import { TYPE } from "../logic/sort.ts";
import { noteWithoutOperator } from "./no-operator.ts";
import { textInAggregate } from "./object-aggregate.ts";
import { noteSelfComparison } from "./self-comparison.ts";
import { encodeTextOperator } from "./text.ts";
import { encodeCount } from "./subquery.ts";
import { encodeNegation } from "./integers.ts";
import type { Condition, Value } from "./value.ts";

type Operation = NonNullable<ReturnType<typeof as<"A_Expr">>>;

/** An operator, or what the grammar writes like one: NULLIF, IS DISTINCT FROM, BETWEEN, IN, LIKE, ANY. */
export function encodeOperation(encoder: Encoder, node: Expr, given: Frame): Value {
  const { values } = encoder;
  const frame: Frame = given.operand ? given : { ...given, operand: true };
  const found = as("A_Expr", node);
  if (!found) return encoder.opaque(node, frame, construct("kind of operator"));
  noteSelfComparison(encoder, node, frame);
  const operand = (of: Expr | undefined): Value => encoder.expression(of, frame);
  const operands = (): readonly Value[] => [found.lexpr, found.rexpr].flatMap(partsOf).map(operand);
  const operator = namedOperator(encoder.side, frame, nameParts(found.name), operands);
  // they are part of the plan, whatever the operator is
  if (operator === null && frame.isQual) operands();
  // PostgreSQL prints these without the operator that it chose
  if (operator === null || (IMPLIED.get(found.kind ?? "") ?? []).some((name) => encoder.side.hasOperator(name)))
    return encoder.opaque(node, frame, construct("operator"));
  switch (found.kind) {
    case "AEXPR_NULLIF":
      return encodeNullif(encoder, node, frame);
    case "AEXPR_DISTINCT":
    case "AEXPR_NOT_DISTINCT": {
      const distinct = isDistinct(encoder, operand(found.lexpr), operand(found.rexpr));
      if (!distinct) return encoder.opaque(node, frame, construct("distinct type"));
      return found.kind === "AEXPR_DISTINCT" ? distinct : values.not(distinct);
    }
    case "AEXPR_BETWEEN":
    case "AEXPR_NOT_BETWEEN": {
      const [low, high] = as("List", found.rexpr)?.items ?? [];
      const value = operand(found.lexpr);
      const above = encodeComparison(encoder, ">=", value, operand(low));
      const below = encodeComparison(encoder, "<=", value, operand(high));
      if (!above || !below) return encoder.opaque(node, frame, construct("between type"));
      const between = values.and([above, below]);
      return found.kind === "AEXPR_BETWEEN" ? between : values.not(between);
    }
    case "AEXPR_IN": {
      const list = as("List", found.rexpr)?.items ?? [];
      const array = madeArray(found, list, frame);
      const inArray: Frame = array.length > 0 ? { ...frame, operand: "array" } : frame;
      const items = list.map((item) => encoder.expression(item, array.includes(item) ? inArray : frame));
      const value = encoder.expression(found.lexpr, inArray);
      const equal = items.map((item) => encodeComparison(encoder, "=", value, item));
      if (!equal.every((part) => part !== null)) {
        for (const item of items) noteWithoutOperator(encoder.side, frame, value, item);
        return encoder.opaque(node, frame, construct("in type"));
      }
      return operator === "=" ? values.or(equal) : values.not(values.or(equal));
    }
    case "AEXPR_OP_ANY":
    case "AEXPR_OP_ALL":
      return encodeArrayComparison(encoder, node, frame);
    case "AEXPR_LIKE": {
      const like = encodeLike(encoder, TEXT_OPERATORS.get(operator), operand(found.lexpr), operand(found.rexpr));
      return like ?? encoder.opaque(node, frame, construct("like type"));
    }
    case "AEXPR_OP":
      return encodeOperator(encoder, node, { ...found, operator }, frame);
    default:
      return encoder.opaque(node, frame, construct("kind of operator"));
  }
}

/** The items of IN that PostgreSQL makes an array of: two or more that name no column of the query (parse_expr.c). */
function madeArray({ lexpr }: Operation, items: readonly Expr[], frame: Frame): readonly Expr[] {
  const without = as("RowExpr", lexpr) ? [] : items.filter((item) => !namesOwnColumn(item, frame));
  return without.length > 1 ? without : [];
}

const namesOwnColumn = (node: Expr, frame: Frame): boolean =>
  some(node, (part) => {
    const named = as("ColumnRef", part) ? resolve(part, frame) : null;
    return (named?.kind === "column" || named?.kind === "derived") && frame.scopes[0]?.includes(named.source) === true;
  });

/** The operands of a row comparison and of IN, or the operand itself. */
const partsOf = (node: Expr | undefined): readonly (Expr | undefined)[] =>
  as("RowExpr", node)?.args ?? as("List", node)?.items ?? [node];

const IMPLIED: ReadonlyMap<string, readonly string[]> = new Map([
  ["AEXPR_NULLIF", ["="]],
  ["AEXPR_DISTINCT", ["="]],
  ["AEXPR_NOT_DISTINCT", ["="]],
  ["AEXPR_IN", ["=", "<>"]],
  ["AEXPR_BETWEEN", ["<=", ">="]],
  ["AEXPR_NOT_BETWEEN", ["<", ">"]],
]);

const COMPARISONS: ReadonlyMap<string, string> = new Map([
  ...["=", "<>", "<", "<=", ">", ">="].map((operator): [string, string] => [operator, operator]),
  ["!=", "<>"],
]);

interface TextTest {
  operator: TextOperator;
  negated: boolean;
}

/**
 * Operators on texts that are predicates. The grammar gives LIKE and ILIKE their operators; `!~~` and `!~~*` are their
 * negations.
 */
const TEXT_OPERATORS: ReadonlyMap<string, TextTest> = new Map([
  ["~~", { operator: "~~", negated: false }],
  ["!~~", { operator: "~~", negated: true }],
  ["~~*", { operator: "~~*", negated: false }],
  ["!~~*", { operator: "~~*", negated: true }],
  ["^@", { operator: "^@", negated: false }],
  ["~", { operator: "~", negated: false }],
  ["!~", { operator: "~", negated: true }],
  ["~*", { operator: "~*", negated: false }],
  ["!~*", { operator: "~*", negated: true }],
]);

function encodeLike(encoder: Encoder, test: TextTest | undefined, left: Value, right: Value): Value | null {
  const holds = test ? encodeTextOperator(encoder, test.operator, left, right) : null;
  return holds && test?.negated ? encoder.values.not(holds) : holds;
}

function encodeOperator(
  encoder: Encoder,
  node: Expr,
  { operator, ...made }: Operation & { operator: string },
  frame: Frame,
): Value {
  const { lexpr, rexpr } = made;
  if (operator === "->" || operator === "->>" || operator === "#>" || operator === "#>>") {
    const found = operator === "->>" && lexpr && rexpr ? textInAggregate(encoder, lexpr, rexpr, frame) : null;
    if (found) return found;
    const path = jsonMember(encoder, operator, lexpr, rexpr, frame);
    if (!path) return encoder.opaque(node, frame, construct("json path"));
    return operator === "->>" || operator === "#>>" ? jsonText(encoder, path) : path;
  }
  const unknown: Unmodelled = { kind: "operator", operator };
  if (!lexpr && rexpr && operator === "-")
    return encodeNegation(encoder, encoder.expression(rexpr, frame)) ?? encoder.opaque(node, frame, unknown);
  if (!lexpr || !rexpr) return encoder.opaque(node, frame, unknown);
  const comparison = COMPARISONS.get(operator);
  const counted = comparison && countedRows(encoder, comparison, lexpr, rexpr, frame);
  if (counted) return counted;
  const rows = comparison && comparedRows(encoder, comparison, lexpr, rexpr, frame);
  if (rows) return rows;
  const chosen = comparison && comparedChoice(encoder, { operator: comparison, sides: [lexpr, rexpr] }, frame);
  if (chosen) return chosen;
  const test = TEXT_OPERATORS.get(operator);
  const computed = encodeArithmetic(encoder, { operator, left: lexpr, right: rexpr }, frame);
  if (computed) return computed;
  const contained = encodeContainment(encoder, { operator, left: lexpr, right: rexpr }, frame);
  if (contained) return contained;
  if (!comparison && !test) return encoder.opaque(node, frame, unknown);
  const [left, right] = [encoder.expression(lexpr, frame), encoder.expression(rexpr, frame)];
  if (!comparison) return encodeLike(encoder, test, left, right) ?? encoder.opaque(node, frame, unknown);
  const compared = encodeComparison(encoder, comparison, left, right);
  if (compared) return compared;
  noteWithoutOperator(encoder.side, frame, left, right);
  const why = whyOf(encoder, [left, right], { kind: "operand types", operator });
  return encoder.opaque(inOneOrder({ ...made, lexpr, rexpr }, comparison), frame, why);
}

/** The comparison with its operands in an order that does not depend on how it was written: so both ways are one. */
function inOneOrder(made: Operation & { lexpr: Expr; rexpr: Expr }, operator: string): Expr {
  const textOf = (of: Expr): string =>
    JSON.stringify(of, (key, value: unknown) => (PLACES.has(key) ? undefined : value));
  if (textOf(made.lexpr) <= textOf(made.rexpr)) return { A_Expr: made };
  const name = [{ String: { sval: MIRRORED[operator] ?? operator } }];
  return { A_Expr: { ...made, name, lexpr: made.rexpr, rexpr: made.lexpr } };
}

const MIRRORED: Readonly<Record<string, string>> = { "<": ">", ">": "<", "<=": ">=", ">=": "<=" };

/** `(SELECT count(…) …) > 0`, from either side. */
function countedRows(encoder: Encoder, operator: string, left: Expr, right: Expr, frame: Frame): Condition | null {
  const [a, b] = [integerOf(left), integerOf(right)];
  if (b !== null) return encodeCount(encoder, { operator, query: left, bound: b }, frame);
  if (a === null) return null;
  return encodeCount(encoder, { operator: MIRRORED[operator] ?? operator, query: right, bound: a }, frame);
}

const integerOf = (node: Expr): number | null => {
  const constant = as("A_Const", node);
  return constant?.ival && !constant.isnull ? (constant.ival.ival ?? 0) : null;
};

/** `ROW(a, b) = ROW(c, d)`: equal where all values are (manual, 9.25.5); in an order of rows, not modelled. */
function comparedRows(encoder: Encoder, operator: string, left: Expr, right: Expr, frame: Frame): Condition | null {
  const [a, b] = [as("RowExpr", left)?.args, as("RowExpr", right)?.args];
  if (!a || a.length !== b?.length || (operator !== "=" && operator !== "<>")) return null;
  const parts = a.map((one, index) =>
    encodeComparison(encoder, operator, encoder.expression(one, frame), encoder.expression(b[index], frame)),
  );
  if (!parts.every((part) => part !== null)) return null;
  return operator === "=" ? encoder.values.and(parts) : encoder.values.or(parts);
}

/**
 * `COALESCE(look-up, …) op x`, from either side: the look-up compared where it finds a value, and the others where it
 * does not. Null for anything else, and for citext, whose operator hangs on what is chosen.
 */
function comparedChoice(
  encoder: Encoder,
  { operator, sides }: { operator: string; sides: readonly [Expr, Expr] },
  frame: Frame,
): Condition | null {
  const at = sides.findIndex((one) => as("CoalesceExpr", one) !== null);
  const [first, ...others] = as("CoalesceExpr", sides[at])?.args ?? [];
  const value = first ? encoder.expression(first, frame) : null;
  if (value?.kind !== "lookup" || value.value.type === TYPE.citext || others.length === 0) return null;
  const rest = encoder.expression(others.length === 1 ? others[0] : { CoalesceExpr: { args: others } }, frame);
  const otherwise = rest.kind === "literal" ? coerce(encoder, rest, value.value.type) : rest;
  if (otherwise?.kind !== "scalar" || otherwise.type === TYPE.citext || otherwise.type.sort !== value.value.type.sort)
    return null;
  const other = encoder.expression(sides[1 - at], frame);
  const compare = (of: Value): Condition | null =>
    at === 0 ? encodeComparison(encoder, operator, of, other) : encodeComparison(encoder, operator, other, of);
  const [found, missing] = [compare(value), compare(otherwise)];
  if (!found || !missing) return null;
  const { logic, values } = encoder;
  const { raises, isNull } = nullness(encoder, value);
  const isMissing = logic.and(logic.not(raises), isNull);
  // the planner knows no value of the look-up, and folds what comes after it
  addPlanned(encoder, missing.raises);
  // a comparison with NULL is neither true nor false
  return values.condition(
    logic.or(found.raises, raises, logic.and(isMissing, missing.raises)),
    logic.or(found.isTrue, logic.and(isMissing, missing.isTrue)),
    logic.or(found.isFalse, logic.and(isMissing, missing.isFalse)),
  );
}

/** The reason why an operand is opaque is the better one. */
function whyOf({ opaques }: Encoder, operands: readonly Value[], otherwise: Unmodelled): Unmodelled {
  const opaque = operands.find((operand) => operand.kind === "opaque");
  return (opaque && opaques.get(opaque.key)?.why) ?? otherwise;
}
