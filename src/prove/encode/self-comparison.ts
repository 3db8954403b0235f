import type { PgFunction } from "../../pg/catalog.ts";
import { as, type Expr } from "../../pg/expr/node.ts";
import { printExpr } from "../../pg/expr/print.ts";
import { call, nameParts } from "../../pg/expr/shape.ts";
import { some, walk } from "../../pg/expr/walk.ts";
import type { Term } from "../logic/formula.ts";
import { opaqueRaises, type OpaqueKey } from "../logic/symbol.ts";
import { construct, reasonOf, type Unmodelled } from "../unmodelled.ts";
import { calledFunction, ownFunctions } from "./called.ts";
import { mayBeExpression, returnsSet } from "./body.ts";
import type { Encoder, OpaqueFacts } from "./context.ts";
import { resolve, type Bound, type Frame } from "./frame.ts";
import { expressionKey, uninterpretedKey } from "./opaque-key.ts";
import { isTerm, type Value } from "./value.ts";
import { isNeverConstant } from "../planned.ts";

/*
 * PostgreSQL does not plan a statement in which a policy's condition is `x = x` and x names no column: the planner
 * turns it into `x IS NOT NULL` (process_equivalence of equivclass.c), which for a condition of row security it then
 * cannot place: "cannot cope with variable-free clause" (XX000), on every row and with none. It does so for what is left
 * after constants are folded and functions inlined, where the condition is ANDed to the others. WITH CHECK, WHERE, and a
 * comparison inside of OR, COALESCE, CASE or IS TRUE are not met (measured on 15 and 18). Here each comparison of a
 * condition that may become one is noted, wherever it stands.
 */

const SELF_COMPARISON = construct("comparison with itself");

/** The statement may not be planned for want of a place for a comparison of a value with itself. */
export const isSelfComparison = ({ why }: OpaqueFacts): boolean =>
  why.kind === "construct" && SELF_COMPARISON.kind === "construct" && why.construct === SELF_COMPARISON.construct;

/** Note an operator of a policy's condition that may compare with itself a value that names no column. */
export function noteSelfComparison(encoder: Encoder, node: Expr, frame: Frame): void {
  const found = frame.isQual ? as("A_Expr", node) : null;
  if (!found || !mayBeEquality(encoder, nameParts(found.name))) return;
  if (operandPairs(found).some(([left, right]) => mayBeOne(encoder, left, right, frame))) note(encoder, node, frame);
}

/** Note comparisons in a part of a policy's condition that is not read. */
export function noteUnread(encoder: Encoder, node: Expr, frame: Frame): void {
  if (!frame.isQual) return;
  noteUnreadCall(encoder, node, frame);
  walk(node, (part) => {
    if (as("SubLink", part)) return false;
    noteSelfComparison(encoder, part, frame);
    return true;
  });
}

/** A call whose body the planner may put in its place. */
function noteUnreadCall(encoder: Encoder, node: Expr, frame: Frame): void {
  const made = call(node);
  if (!made) return;
  const own = ownFunctions(encoder.side, frame, calledFunction(made.name));
  if (own.some((fn) => mayHideEquality(encoder, fn, new Set()))) note(encoder, node, frame);
}

/** A fact of its own for each, so that none is the same on both sides. */
function note(encoder: Encoder, node: Expr, frame: Frame): void {
  const { logic, opaques } = encoder;
  const key: OpaqueKey = expressionKey(["compared with itself", encoder.name, opaques.size]);
  const why: Unmodelled = SELF_COMPARISON;
  const reason = reasonOf(why, { expression: printed(node), at: frame.calls.at(-1) ?? null });
  opaques.set(key, { why, reason, settings: [] });
  encoder.planned.add(logic.predicate(opaqueRaises(key), null, []));
}

function printed(node: Expr): string | null {
  try {
    return printExpr(node);
  } catch {
    return null;
  }
}

/** Operators that PostgreSQL takes for equality, and their negators, which NOT turns into them. */
const EQUALITY: ReadonlySet<string> = new Set(["=", "<>", "!=", "*=", "*<>"]);

function mayBeEquality({ side }: Encoder, parts: readonly string[]): boolean {
  const [name = "", schema = "pg_catalog"] = parts.toReversed();
  // an operator of one's own is one by MERGES, whatever its name
  return EQUALITY.has(name) || schema !== "pg_catalog" || side.hasOperator(name);
}

type Operation = NonNullable<ReturnType<typeof as<"A_Expr">>>;
type OperandPair = readonly [Expr | undefined, Expr | undefined];

/** `a = b`, `(a, …) = (b, …)`, and IN of one value, which is an equality. */
function operandPairs({ kind, lexpr, rexpr }: Operation): readonly OperandPair[] {
  const items = kind === "AEXPR_IN" ? as("List", rexpr)?.items : undefined;
  if (items) return items.length === 1 ? pairsOf(lexpr, items[0]) : [];
  return kind === "AEXPR_OP" ? pairsOf(lexpr, rexpr) : [];
}

function pairsOf(left: Expr | undefined, right: Expr | undefined): readonly OperandPair[] {
  const [a, b] = [as("RowExpr", left)?.args, as("RowExpr", right)?.args];
  return a && b ? a.map((one, index) => [one, b[index]] as const) : [[left, right]];
}

/** Both may be one expression without columns when the planner has folded constants and inlined functions. */
function mayBeOne(encoder: Encoder, left: Expr | undefined, right: Expr | undefined, frame: Frame): boolean {
  if (!left || !right) return false;
  const sides = [left, right].map((of) => lookAt(encoder, of, frame));
  if (!sides.every(({ isLiteral, names, drops }) => !isLiteral && (drops || !names))) return false;
  const [one, two] = [encoder.expression(left, frame), encoder.expression(right, frame)];
  if (sides.some(({ drops, isCast }) => drops || isCast) && !(isRead(one) && isRead(two))) return true;
  const known = new Set(partsOf(one));
  return partsOf(two).some((part) => known.has(part));
}

interface Look {
  /** a constant, which is computed while it is planned, and the comparison with it */
  isLiteral: boolean;
  /** a column, or a sub-query, which is never the same as another */
  names: boolean;
  /** the planner may put something else in the place of a part, without what that names */
  drops: boolean;
  /** the planner leaves out a cast that changes nothing */
  isCast: boolean;
}

function lookAt(encoder: Encoder, node: Expr, frame: Frame): Look {
  const bound = boundTo(node, frame);
  if (bound) return lookAt(encoder, bound.expr, bound.frame);
  const look: Look = { isLiteral: isLiteral(node), names: false, drops: false, isCast: false };
  some(node, (part) => {
    const argument = boundTo(part, frame);
    if (argument) {
      const { names, drops, isCast } = lookAt(encoder, argument.expr, argument.frame);
      look.names ||= names;
      look.drops ||= drops;
      look.isCast ||= isCast;
    } else if (as("ColumnRef", part) || as("SubLink", part)) look.names = true;
    look.drops ||= mayBeReplaced(encoder, part, frame);
    look.isCast ||= as("TypeCast", part) !== null;
    return false;
  });
  return look;
}

/** The argument that a parameter's name stands for. */
function boundTo(node: Expr, frame: Frame): Bound | null {
  const parameter = as("ParamRef", node);
  if (parameter) return frame.parameters.get(`$${parameter.number}`) ?? null;
  const found = as("ColumnRef", node) ? resolve(node, frame) : null;
  return found?.kind === "parameter" ? found : null;
}

/** A string constant with its type is one when it is parsed; any other cast may wait for the statement to run. */
function isLiteral(node: Expr): boolean {
  const constant = as("A_Const", node);
  const cast = as("A_Const", as("TypeCast", node)?.arg);
  return constant !== null || (cast !== null && (cast.sval !== undefined || cast.isnull === true));
}

/** The planner drops branches and values after a constant, takes a field out of a row, and inlines functions. */
function mayBeReplaced(encoder: Encoder, node: Expr, frame: Frame): boolean {
  if (as("CaseExpr", node) || as("A_Indirection", node)) return true;
  const choices = as("CoalesceExpr", node)?.args ?? [];
  const mayBeConstant = (arg: Expr): boolean =>
    !isNeverConstant(encoder.side, arg) || some(arg, (part) => boundTo(part, frame) !== null);
  if (choices.slice(0, -1).some(mayBeConstant)) return true;
  const made = call(node);
  return made !== null && ownFunctions(encoder.side, frame, calledFunction(made.name)).some(mayBeInlined);
}

/** inline_function of clauses.c: in SQL, without settings, another owner's rights, rows of its own, or a query. */
export const mayBeInlined = (fn: PgFunction): boolean =>
  fn.language === "sql" &&
  fn.kind === "function" &&
  !fn.securityDefiner &&
  fn.settings.length === 0 &&
  !returnsSet(fn) &&
  mayBeExpression(fn);

/** The body may be a comparison, or a call of a function whose body is one. */
function mayHideEquality(encoder: Encoder, fn: PgFunction, seen: Set<PgFunction>): boolean {
  if (seen.has(fn) || !mayBeInlined(fn) || encoder.side.types(fn.result).kind === "scalar") return false;
  seen.add(fn);
  if (/[=*]|<>|\bin\b|\boperator\b/i.test(fn.body)) return true;
  const named = [...fn.body.matchAll(/(\w+|"[^"]+")\s*\(/g)].map(([, name = ""]) => name.replaceAll('"', ""));
  return named.some((name) =>
    [name, name.toLowerCase()].some((one) =>
      encoder.side.functionsNamed(one).some((other) => mayHideEquality(encoder, other, seen)),
    ),
  );
}

/** The value is understood: two expressions that are one have the same. */
function isRead(value: Value): boolean {
  if (value.kind === "literal") return true;
  if (value.kind === "opaque" || value.kind === "lookup" || value.kind === "condition") return false;
  return value.kind !== "scalar" || value.cases.every(({ term }) => isInterpreted(term));
}

const isInterpreted = (term: Term): boolean =>
  term.kind !== "apply" || (uninterpretedKey(term.symbol) === null && term.args.every(isInterpreted));

/** Names for what a value is made of, the same for the same; columns left out. */
function partsOf(value: Value): readonly string[] {
  switch (value.kind) {
    case "condition":
      return [`condition ${value.isTrue.id}`];
    case "scalar":
      if (value.cases.length === 0) return ["null"];
      return value.cases.filter(({ term }) => term.kind !== "column").map(({ term }) => `term ${term.id}`);
    case "json":
      if (value.cases.length === 0) return ["null"];
      return value.cases.map(({ document, path }) => `json ${document.id} ${JSON.stringify(path)}`);
    case "array":
      return value.cases.flatMap(({ items }) =>
        isTerm(items) ? [`term ${items.id}`] : [`${items.length} items`, ...items.flatMap(partsOf)],
      );
    case "opaque":
      return [`opaque ${value.key} ${value.of.map(({ id }) => id).join(" ")}`];
    case "lookup":
      return partsOf(value.value);
    case "literal":
      return [`literal ${value.text}`];
  }
}
