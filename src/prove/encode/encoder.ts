import { as, type Expr } from "../../pg/expr/node.ts";
import { boolConst, call, initPlanTarget, nameParts, stringConst } from "../../pg/expr/shape.ts";
import type { Conversions } from "../logic/functions.ts";
import type { Formula, Logic, Row, Term } from "../logic/logic.ts";
import type { Side } from "../side.ts";
import type { UnknownReason } from "../verdict.ts";
import { encodeCall } from "./call.ts";
import { encodeCast } from "./cast.ts";
import { encodeCase, encodeCoalesce, encodeNullif, nullness } from "./choice.ts";
import { encodeArrayComparison } from "./array.ts";
import { encodeComparison, isDistinct } from "./compare.ts";
import { resolve, type Frame } from "./frame.ts";
import { jsonMember, jsonText } from "./json.ts";
import { makeOpaque, noteUninterpreted } from "./opaque.ts";
import { encodeSubLink } from "./subquery.ts";
import type { Condition, Scalar, Value, Values } from "./value.ts";

/** What the parts of the encoder share. */
export interface Encoder {
  logic: Logic;
  values: Values;
  conversions: Conversions;
  side: Side;
  /** relations and functions that mean the same on both sides; what reads another may not be taken for the same */
  isUnchanged(name: string): boolean;
  /** `before` or `after` */
  name: string;
  /** what was not understood, by the name of its opaque value */
  opaques: Map<string, OpaqueFacts>;
  /** counts the sub-queries that were encoded */
  subQueries: { count: number };
  /** policies that were encoded before, by all that their meaning hangs on */
  encoded: Map<string, Condition>;
  /** a sub-query met a relation whose policies are being expanded: raise 42P17 as Postgres does, or read it without its policies */
  recursion: "raise" | "read through";
  /** what may raise while sub-queries are planned: no CASE or COALESCE around them keeps the planner from it */
  planned: Set<Formula>;
  /** throws when the time is up */
  tick(): void;
  expression(node: Expr | undefined, frame: Frame): Value;
  condition(node: Expr | undefined, frame: Frame): Condition;
  toCondition(value: Value): Condition;
  opaque(node: Expr, frame: Frame, why: string, kind?: UnknownReason["kind"]): Value;
  column(row: Row, type: string, name: string, notNull: boolean): Value;
}

/** Why something was not understood, and the settings that it reads (`*`: some setting). */
export interface OpaqueFacts {
  reason: UnknownReason;
  settings: readonly string[];
}

export type EncoderOptions = Pick<
  Encoder,
  | "name"
  | "logic"
  | "values"
  | "conversions"
  | "side"
  | "isUnchanged"
  | "opaques"
  | "encoded"
  | "subQueries"
  | "recursion"
  | "tick"
>;

/** From Postgres' parse trees to values in logic. What it does not understand becomes an opaque value with a reason, never a guess. */
export function newEncoder(options: EncoderOptions): Encoder {
  const { logic, values } = options;
  const encoder: Encoder = {
    ...options,
    planned: new Set(),
    expression: (node, frame) => expression(node, frame),
    condition: (node, frame) => toCondition(expression(node, frame)),
    toCondition,
    opaque: (node, frame, why, kind = "unsupported") => makeOpaque(encoder, node, frame, why, kind),
    column,
  };

  function toCondition(value: Value): Condition {
    if (value.kind === "condition") return value;
    if (value.kind === "literal") {
      if (value.text === null) return values.constant(null);
      const parsed = options.conversions.get("boolean")?.read(value.text);
      return typeof parsed === "boolean"
        ? values.constant(parsed)
        : values.condition(logic.true, logic.false, logic.false);
    }
    if (value.kind === "opaque") {
      const isNull = logic.predicate(`null ${value.name}`, null, value.of);
      const holds = logic.predicate(`true ${value.name}`, null, value.of);
      const known = logic.and(logic.not(value.raises), logic.not(isNull));
      return values.condition(value.raises, logic.and(known, holds), logic.and(known, logic.not(holds)));
    }
    if (value.kind === "lookup") return values.condition(logic.true, logic.false, logic.false);
    // Postgres lets no other type stand as a condition
    return values.condition(logic.true, logic.false, logic.false);
  }

  function column(row: Row, type: string, name: string, notNull: boolean): Value {
    const isNull = notNull ? logic.false : logic.predicate(`null ${name}`, row, []);
    const isThere = logic.not(isNull);
    const model = options.side.types(type);
    switch (model.kind) {
      case "boolean": {
        const holds = logic.predicate(`true ${name}`, row, []);
        return values.condition(logic.false, logic.and(isThere, holds), logic.and(isThere, logic.not(holds)));
      }
      case "scalar":
        return {
          kind: "scalar",
          sort: model.sort,
          type: model.type,
          raises: logic.false,
          isNull,
          cases: [{ when: isThere, term: logic.column(model.sort, row, name) }],
        };
      case "json":
        return {
          kind: "json",
          plain: model.plain,
          raises: logic.false,
          isNull,
          cases: [{ when: isThere, document: logic.column("json", row, name), path: [] }],
        };
      case "array":
        return {
          kind: "array",
          element: model.element,
          raises: logic.false,
          isNull,
          cases: [{ when: isThere, items: logic.column(`array ${model.element}`, row, name) }],
        };
      case "other": {
        const whole: Term = logic.column("row", row, "*");
        const opaque = `${name} of type ${type}`;
        if (!options.opaques.has(opaque))
          options.opaques.set(opaque, {
            reason: { kind: "unsupported", message: `the type ${type} is not modelled`, expression: name, at: null },
            settings: [],
          });
        return { kind: "opaque", name: opaque, of: [whole], raises: logic.false, type };
      }
    }
  }

  function expression(node: Expr | undefined, frame: Frame): Value {
    if (node === undefined) return values.constant(null);
    options.tick();
    const constant = as("A_Const", node);
    if (constant) return constantValue(node, frame);
    if (as("ColumnRef", node)) {
      const found = resolve(node, frame);
      if (found?.kind === "column") {
        const { source, column: col } = found;
        return column(source.row, col.type, col.name, col.notNull);
      }
      if (found?.kind === "parameter") return argument(found, frame);
      return encoder.opaque(node, frame, "a name that is not a column of the relations here");
    }
    const parameter = as("ParamRef", node);
    if (parameter) {
      const bound = frame.parameters.get(`$${parameter.number}`);
      return bound ? argument(bound, frame) : encoder.opaque(node, frame, "a parameter without a value");
    }
    const bool = as("BoolExpr", node);
    if (bool) {
      const args = (bool.args ?? []).map((arg) => encoder.condition(arg, frame));
      if (bool.boolop === "AND_EXPR") return values.and(args);
      if (bool.boolop === "OR_EXPR") return values.or(args);
      return values.not(args[0] ?? values.constant(null));
    }
    const nullTest = as("NullTest", node);
    if (nullTest) {
      const { raises, isNull } = nullness(encoder, expression(nullTest.arg, frame));
      const there = logic.not(raises);
      const test = values.condition(raises, logic.and(there, isNull), logic.and(there, logic.not(isNull)));
      return nullTest.nulltesttype === "IS_NULL" ? test : values.not(test);
    }
    const test = as("BooleanTest", node);
    if (test) {
      const arg = encoder.condition(test.arg, frame);
      const settled = logic.not(arg.raises);
      const [kind = ""] = /TRUE|FALSE|UNKNOWN/.exec(String(test.booltesttype)) ?? [];
      const holds = kind === "TRUE" ? arg.isTrue : kind === "FALSE" ? arg.isFalse : values.isNullOf(arg);
      const plain = values.condition(arg.raises, logic.and(settled, holds), logic.and(settled, logic.not(holds)));
      return String(test.booltesttype).includes("NOT") ? values.not(plain) : plain;
    }
    const cast = as("TypeCast", node);
    if (cast) return encodeCast(encoder, node, frame);
    if (as("CoalesceExpr", node)) return encodeCoalesce(encoder, node, frame);
    if (as("CaseExpr", node)) return encodeCase(encoder, node, frame);
    const array = as("A_ArrayExpr", node);
    if (array) return arrayOf((array.elements ?? []).map((element) => expression(element, frame)));
    if (as("SubLink", node)) {
      const inner = initPlanTarget(node);
      // a query of its own: its value is not asked for while the query around is planned
      return inner ? expression(inner, { ...frame, operand: false }) : encodeSubLink(encoder, node, frame);
    }
    if (call(node)) return encodeCall(encoder, node, frame);
    const role = as("SQLValueFunction", node);
    if (role) return sqlValue(node, String(role.op), frame);
    const collated = as("CollateClause", node);
    if (collated && stringConst(collated.arg) !== null) return expression(collated.arg, frame);
    if (as("A_Expr", node)) return operation(node, frame);
    return encoder.opaque(node, frame, "this kind of expression is not modelled");
  }

  /** An argument means what it meant at the call; its own sub-queries are told apart from those around its use. */
  const argument = (bound: { expr: Expr; frame: Frame }, frame: Frame): Value =>
    expression(bound.expr, { ...bound.frame, depth: Math.max(bound.frame.depth, frame.depth) });

  const arrayOf = (items: readonly Value[]): Value => ({
    kind: "array",
    element: items.find((item): item is Scalar => item.kind === "scalar")?.sort ?? "text",
    raises: logic.or(...items.map((item) => nullness(encoder, item).raises)),
    isNull: logic.false,
    cases: [{ when: logic.true, items }],
  });

  function constantValue(node: Expr, frame: Frame): Value {
    const constant = as("A_Const", node);
    if (!constant || constant.isnull) return { kind: "literal", text: null };
    if (constant.boolval) return values.constant(boolConst(node));
    if (constant.sval) return { kind: "literal", text: constant.sval.sval ?? "" };
    if (constant.ival) return integer(constant.ival.ival ?? 0);
    return encoder.opaque(node, frame, "numeric constants are not modelled");
  }

  const integer = (value: number): Scalar => ({
    kind: "scalar",
    sort: "int",
    type: "integer",
    raises: logic.false,
    isNull: logic.false,
    cases: [{ when: logic.true, term: logic.constant("int", value) }],
  });

  function sqlValue(node: Expr, op: string, frame: Frame): Value {
    const plain = (sort: string, term: Term): Scalar => ({
      kind: "scalar",
      sort,
      type: sort,
      raises: logic.false,
      isNull: logic.false,
      cases: [{ when: logic.true, term }],
    });
    if (/^SVFOP_(CURRENT_USER|CURRENT_ROLE|USER)$/.test(op)) return plain("text", logic.constant("text", frame.role));
    if (op === "SVFOP_CURRENT_TIMESTAMP") return plain("timestamptz", logic.variable("timestamptz", "now()"));
    if (op === "SVFOP_CURRENT_DATE") return plain("date", logic.variable("date", "current_date"));
    return encoder.opaque(node, frame, `${op.replace("SVFOP_", "").toLowerCase()} is not modelled`);
  }

  function operation(node: Expr, given: Frame): Value {
    const frame: Frame = given.operand ? given : { ...given, operand: true };
    const found = as("A_Expr", node);
    if (!found) return encoder.opaque(node, frame, "this operator is not modelled");
    const operator = nameParts(found.name).at(-1) ?? "";
    switch (found.kind) {
      case "AEXPR_NULLIF":
        return encodeNullif(encoder, node, frame);
      case "AEXPR_DISTINCT":
      case "AEXPR_NOT_DISTINCT": {
        const distinct = isDistinct(encoder, expression(found.lexpr, frame), expression(found.rexpr, frame));
        if (!distinct) return encoder.opaque(node, frame, "IS DISTINCT FROM of this type is not modelled");
        return found.kind === "AEXPR_DISTINCT" ? distinct : values.not(distinct);
      }
      case "AEXPR_BETWEEN":
      case "AEXPR_NOT_BETWEEN": {
        const [low, high] = as("List", found.rexpr)?.items ?? [];
        const value = expression(found.lexpr, frame);
        const above = encodeComparison(encoder, ">=", value, expression(low, frame));
        const below = encodeComparison(encoder, "<=", value, expression(high, frame));
        if (!above || !below) return encoder.opaque(node, frame, "BETWEEN of this type is not modelled");
        const between = values.and([above, below]);
        return found.kind === "AEXPR_BETWEEN" ? between : values.not(between);
      }
      case "AEXPR_IN": {
        const items = (as("List", found.rexpr)?.items ?? []).map((item) => expression(item, frame));
        const value = expression(found.lexpr, frame);
        const equal = items.map((item) => encodeComparison(encoder, "=", value, item));
        if (!equal.every((part) => part !== null))
          return encoder.opaque(node, frame, "IN of this type is not modelled");
        return operator === "=" ? values.or(equal) : values.not(values.or(equal));
      }
      case "AEXPR_OP_ANY":
      case "AEXPR_OP_ALL":
        return encodeArrayComparison(encoder, node, frame);
      case "AEXPR_LIKE":
        return (
          textPredicate(
            operator === "!~~" ? "~~" : operator,
            found.lexpr,
            found.rexpr,
            frame,
            operator.startsWith("!"),
          ) ?? encoder.opaque(node, frame, "LIKE of this type is not modelled")
        );
      case "AEXPR_OP":
        break;
      default:
        return encoder.opaque(node, frame, "this operator is not modelled");
    }
    if (operator === "->" || operator === "->>" || operator === "#>" || operator === "#>>") {
      const path = jsonMember(encoder, operator, found.lexpr, found.rexpr, frame);
      if (!path) return encoder.opaque(node, frame, "this way into a JSON document is not modelled");
      return operator.endsWith(">>") ? jsonText(encoder, path) : path;
    }
    if (!found.lexpr || !found.rexpr) return encoder.opaque(node, frame, `the operator ${operator} is not modelled`);
    if (/^(=|<>|!=|<|<=|>|>=)$/.test(operator)) {
      const [left, right] = [expression(found.lexpr, frame), expression(found.rexpr, frame)];
      const compared = encodeComparison(encoder, operator === "!=" ? "<>" : operator, left, right);
      return (
        compared ?? encoder.opaque(node, frame, whyOf([left, right], `${operator} between these types is not modelled`))
      );
    }
    if (/^!?~~\*?$/.test(operator)) {
      const like = textPredicate(operator.replace("!", ""), found.lexpr, found.rexpr, frame, operator.startsWith("!"));
      if (like) return like;
    }
    if (operator === "^@") {
      const prefix = textPredicate("^@", found.lexpr, found.rexpr, frame, false);
      if (prefix) return prefix;
    }
    return encoder.opaque(node, frame, `the operator ${operator} is not modelled`);
  }

  /** What made an operand opaque is the better reason. */
  function whyOf(operands: readonly Value[], otherwise: string): string {
    const opaque = operands.find((operand) => operand.kind === "opaque");
    return (opaque && options.opaques.get(opaque.name)?.reason.message) ?? otherwise;
  }

  /** A strict predicate over two texts of which no more is known than that it gives the same for the same. */
  function textPredicate(
    fn: string,
    left: Expr | undefined,
    right: Expr | undefined,
    frame: Frame,
    negated: boolean,
  ): Value | null {
    const [a, b] = [toScalar(expression(left, frame), "text"), toScalar(expression(right, frame), "text")];
    // a pattern that is not constant may end in a lone backslash, which raises
    if (!a || !b || b.cases.some(({ term }) => term.kind !== "constant" || String(term.value).endsWith("\\")))
      return null;
    const raises = logic.or(a.raises, b.raises);
    const settled = logic.not(raises);
    noteUninterpreted(options.opaques, fn, `what ${fn} gives is not modelled, but that it is the same for the same`);
    const over = (sign: boolean): Formula =>
      logic.or(
        ...a.cases.flatMap((one) =>
          b.cases.map((two) => {
            const holds = logic.predicate(`text ${fn}`, null, [one.term, two.term]);
            return logic.and(settled, one.when, two.when, sign ? holds : logic.not(holds));
          }),
        ),
      );
    const plain = values.condition(raises, over(true), over(false));
    return negated ? values.not(plain) : plain;
  }

  function toScalar(value: Value, sort: string): Scalar | null {
    if (value.kind === "scalar") return value.sort === sort ? value : null;
    if (value.kind === "literal" && sort === "text")
      return {
        kind: "scalar",
        sort,
        type: sort,
        raises: logic.false,
        isNull: logic.bool(value.text === null),
        cases: value.text === null ? [] : [{ when: logic.true, term: logic.constant("text", value.text) }],
      };
    return null;
  }

  return encoder;
}
