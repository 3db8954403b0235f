import { as, type Expr } from "../../pg/expr/node.ts";
import { some } from "../../pg/expr/walk.ts";
import type { Formula } from "../logic/formula.ts";
import { INTEGERS, SORT, TYPE, type ScalarType } from "../logic/sort.ts";
import { opaqueIsNull } from "../logic/symbol.ts";
import { isFreeOfColumns } from "../logic/visit.ts";
import { encodeComparison, opaqueScalar } from "./compare.ts";
import { construct } from "../unmodelled.ts";
import { isCitext, namedOperator } from "./called.ts";
import type { Encoder } from "./context.ts";
import { resolve, type Frame } from "./frame.ts";
import { coerce } from "./literal.ts";
import { over, raisesOver } from "./lookup.ts";
import type { ArrayValue, Condition, Json, Literal, Scalar, Value } from "./value.ts";

/** COALESCE: the first value that is not NULL; later ones are not evaluated. */
export const encodeCoalesce = (encoder: Encoder, node: Expr, frame: Frame): Value =>
  pick(
    encoder,
    node,
    frame,
    (as("CoalesceExpr", node)?.args ?? []).map((arg) => ({
      when: null,
      value: encoder.expression(arg, frame),
      guard: arg,
    })),
  );

export function encodeCase(encoder: Encoder, node: Expr, frame: Frame): Value {
  const found = as("CaseExpr", node);
  // the operator is not printed
  if (found?.arg && encoder.side.hasOperator("=")) return encoder.opaque(node, frame, construct("operator"));
  const operand = found?.arg ? encoder.expression(found.arg, frame) : null;
  if (operand && namedOperator(encoder.side, frame, ["="], () => [operand]) === null)
    return encoder.opaque(node, frame, construct("operator"));
  const branches: Branch[] = [];
  for (const arg of found?.args ?? []) {
    const when = as("CaseWhen", arg);
    const condition = operand
      ? encodeComparison(encoder, "=", operand, encoder.expression(when?.expr, frame))
      : encoder.condition(when?.expr, frame);
    if (!condition) return encoder.opaque(node, frame, construct("case type"));
    branches.push({ when: condition, value: encoder.expression(when?.result, frame), guard: [found?.arg, when?.expr] });
  }
  const otherwise: Value = found?.defresult
    ? encoder.expression(found.defresult, frame)
    : { kind: "literal", text: null };
  return pick(encoder, node, frame, [
    ...branches,
    { when: encoder.values.constant(true), value: otherwise, guard: null },
  ]);
}

/** NULLIF: NULL where both are equal. */
export function encodeNullif(encoder: Encoder, node: Expr, frame: Frame): Value {
  const found = as("A_Expr", node);
  const value = encoder.expression(found?.lexpr, frame);
  const other = encoder.expression(found?.rexpr, frame);
  // citext that is compared as a text becomes one (manual, 9.18.3: the result may have been promoted)
  const isPromoted = isCitext(value) && other.kind === "scalar" && !isCitext(other);
  const equal = isPromoted ? null : encodeComparison(encoder, "=", value, other);
  if (!equal || value.kind === "opaque" || value.kind === "lookup" || value.kind === "json")
    return encoder.opaque(node, frame, construct("nullif type"));
  return nullWhere(encoder, value, equal.isTrue, equal.raises) ?? encoder.opaque(node, frame, construct("nullif type"));
}

/** The value, but NULL where the formula holds. Null where that is not modelled. */
export function nullWhere(encoder: Encoder, value: Value, formula: Formula, raises?: Formula): Value | null {
  const { logic, values } = encoder;
  if (formula === logic.false && raises === undefined) return value;
  const keep = logic.not(formula);
  const guarded = <T extends { when: Formula }>(cases: readonly T[]): T[] =>
    cases.map((one) => ({ ...one, when: logic.and(one.when, keep) }));
  switch (value.kind) {
    case "literal": {
      const text = coerce(encoder, value, TYPE.text);
      return text && nullWhere(encoder, text, formula, raises);
    }
    case "condition":
      return values.condition(raises ?? value.raises, logic.and(keep, value.isTrue), logic.and(keep, value.isFalse));
    case "scalar":
      return {
        ...value,
        raises: raises ?? value.raises,
        isNull: logic.or(value.isNull, formula),
        cases: guarded(value.cases),
      };
    case "json":
      return {
        ...value,
        raises: raises ?? value.raises,
        isNull: logic.or(value.isNull, formula),
        cases: guarded(value.cases),
      };
    case "array":
      return {
        ...value,
        raises: raises ?? value.raises,
        isNull: logic.or(value.isNull, formula),
        cases: guarded(value.cases),
      };
    case "lookup": {
      // no row is found where the whole is NULL
      const { holds } = value;
      return {
        ...value,
        holds: values.condition(holds.raises, logic.and(keep, holds.isTrue), logic.or(formula, holds.isFalse)),
      };
    }
    case "opaque":
      return null;
  }
}

/** Where a value is NULL, and where it may raise. */
export function nullness(encoder: Encoder, value: Value): { raises: Formula; isNull: Formula } {
  const { logic, values } = encoder;
  switch (value.kind) {
    case "condition":
      return { raises: value.raises, isNull: values.isNullOf(value) };
    case "literal":
      return { raises: logic.false, isNull: logic.bool(value.text === null) };
    case "opaque":
      return { raises: value.raises, isNull: logic.predicate(opaqueIsNull(value.key), null, value.of) };
    case "lookup":
      return {
        raises: raisesOver(encoder, value.rows, value.holds, value.value.raises),
        isNull: logic.not(over(encoder, value.rows, logic.and(value.holds.isTrue, logic.not(value.value.isNull)))),
      };
    default:
      return value;
  }
}

export const nullOfAny = (encoder: Encoder, value: Value): Formula => nullness(encoder, value).isNull;

export interface Branch {
  when: Condition | null;
  value: Value;
  /** what decides whether later branches are evaluated */
  guard: unknown;
}

/** The planner knows no value for it: it waits for a query, or for a row of the query around. */
const isOpen = (guard: unknown, frame: Frame): boolean =>
  some(guard, (node) => {
    if (as("SubLink", node)) return true;
    const named = as("ColumnRef", node) ? resolve(node, frame) : null;
    const isColumn = named?.kind === "column" || named?.kind === "derived";
    return isColumn && (frame.operand === "array" || !frame.scopes[0]?.includes(named.source));
  });

/**
 * The first branch whose condition is true; `when: null` asks for the first value that is not NULL instead. Later
 * branches are not evaluated, so an error counts only where its branch is reached.
 */
export function pick(encoder: Encoder, node: Expr, frame: Frame, given: readonly Branch[]): Value {
  const { logic } = encoder;
  const not = (): Value => encoder.opaque(node, frame, construct("choice"));
  const branches = withTypes(encoder, given);
  const kinds = new Set(branches.map(({ value }) => value.kind).filter((kind) => kind !== "literal"));
  const [kind = "literal"] = kinds;
  if (kinds.size > 1 || kind === "opaque" || kind === "lookup") return not();
  const like = branches.map(({ value }) => value).find((value): value is Scalar => value.kind === "scalar");
  let reached = logic.true;
  let raises = logic.false;
  let open = false;
  const parts: { taken: Formula; value: Value }[] = [];
  for (const branch of branches) {
    const value = branch.value.kind === "literal" ? literalAs(encoder, branch.value, kind, like) : branch.value;
    if (value === null || (value.kind === "scalar" && like && !haveOneType(value.type, like.type))) return not();
    const { raises: own, isNull } = nullness(encoder, value);
    // where a guard cannot be folded, the planner folds all branches, those that are never reached too
    if (branch.when && open) addPlanned(encoder, branch.when.raises);
    if (branch.when && frame.operand) open ||= isOpen(branch.guard, frame);
    if (open) addPlanned(encoder, own);
    if (!branch.when && frame.operand) open ||= isOpen(branch.guard, frame);
    if (branch.when) {
      const taken = logic.and(reached, branch.when.isTrue);
      raises = logic.or(raises, logic.and(reached, branch.when.raises), logic.and(taken, own));
      parts.push({ taken, value });
      reached = logic.and(reached, logic.not(branch.when.raises), logic.not(branch.when.isTrue));
    } else {
      raises = logic.or(raises, logic.and(reached, own));
      parts.push({ taken: logic.and(reached, logic.not(own), logic.not(isNull)), value });
      reached = logic.and(reached, logic.not(own), isNull);
    }
  }
  return merge(encoder, kind, parts, raises);
}

/**
 * The branches, with what is not understood as a value of its type: all branches have one type (manual, 10.5), and no
 * other type is turned into boolean, uuid or an enum there.
 */
function withTypes(encoder: Encoder, branches: readonly Branch[]): readonly Branch[] {
  const known = branches.map(({ value }) => value).find(({ kind }) => kind === "condition" || kind === "scalar");
  return branches.map((branch): Branch => {
    const { value } = branch;
    if (value.kind !== "opaque") return branch;
    if (known?.kind === "condition") return { ...branch, value: encoder.toCondition(value) };
    const model = value.type === null ? null : encoder.side.types(value.type);
    const isOwn = known?.kind === "scalar" && (known.type.kind === "uuid" || known.type.kind === "enum");
    const type = model?.kind === "scalar" ? model.type : isOwn ? known.type : null;
    return type === null ? branch : { ...branch, value: opaqueScalar(encoder, value, type) };
  });
}

function merge(
  encoder: Encoder,
  kind: Value["kind"],
  parts: readonly { taken: Formula; value: Value }[],
  raises: Formula,
): Value {
  const { logic, values } = encoder;
  if (kind === "condition") {
    const side = (name: "isTrue" | "isFalse"): Formula =>
      logic.or(...parts.map(({ taken, value }) => logic.and(taken, encoder.toCondition(value)[name])));
    return values.condition(raises, side("isTrue"), side("isFalse"));
  }
  const guarded = <T extends { when: Formula }>(of: (value: Value) => readonly T[]): T[] =>
    parts.flatMap(({ taken, value }) =>
      of(value)
        .map((one) => ({ ...one, when: logic.and(taken, one.when) }))
        .filter((one) => one.when !== logic.false),
    );
  const isThere = parts.map(({ taken, value }) => logic.and(taken, logic.not(nullness(encoder, value).isNull)));
  const common = { raises, isNull: logic.not(logic.or(...isThere)) };
  const shape = parts.find(({ value }) => value.kind === kind)?.value;
  switch (kind) {
    case "json":
      return { ...(shape as Json), ...common, cases: guarded((value) => (value as Json).cases) };
    case "array":
      return { ...(shape as ArrayValue), ...common, cases: guarded((value) => (value as ArrayValue).cases) };
    case "literal":
      return {
        kind: "scalar",
        type: TYPE.text,
        ...common,
        cases: guarded((value) => {
          const text = (value as Literal).text;
          return text === null ? [] : [{ when: logic.true, term: logic.constant(SORT.text, text) }];
        }),
      };
    default:
      return {
        ...(shape as Scalar),
        type: widest(parts),
        ...common,
        cases: guarded((value) => (value as Scalar).cases),
      };
  }
}

const haveOneType = (one: ScalarType, other: ScalarType): boolean =>
  one.sort === other.sort && (one === TYPE.citext) === (other === TYPE.citext);

/** The type that all branches are turned into: of integers the widest. */
function widest(parts: readonly { value: Value }[]): ScalarType {
  const types = parts.flatMap(({ value }) => (value.kind === "scalar" ? [value.type] : []));
  return types.toSorted((a, b) => INTEGERS.indexOf(b) - INTEGERS.indexOf(a))[0] ?? TYPE.text;
}

/** A string constant as a value of the kind that the other branches have. */
function literalAs(encoder: Encoder, literal: Literal, kind: Value["kind"], like: Scalar | undefined): Value | null {
  const { logic } = encoder;
  if (kind === "literal") return literal;
  if (kind === "condition") return encoder.toCondition(literal);
  if (kind === "scalar" && like) return coerce(encoder, literal, like.type);
  if (literal.text !== null) return null;
  const none = { raises: logic.false, isNull: logic.true, cases: [] };
  return kind === "json"
    ? { kind, plain: false, ...none }
    : kind === "array"
      ? { kind, element: SORT.text, ...none }
      : null;
}

/** A part that raises for no row in particular may raise while the query is planned. */
export function addPlanned(encoder: Encoder, raises: Formula): void {
  for (const part of raises.kind === "or" ? raises.args : [raises])
    if (part !== encoder.logic.false && isFreeOfColumns(part)) encoder.planned.add(part);
}
