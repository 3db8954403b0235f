import type { PgFunction } from "../../pg/catalog.ts";
import { as, type Expr } from "../../pg/expr/node.ts";
import { call } from "../../pg/expr/shape.ts";
import { nameKey } from "../../pg/name.ts";
import { SORT } from "../logic/sort.ts";
import { construct } from "../unmodelled.ts";
import { orderedArguments } from "./arguments.ts";
import { bodyOf, returnsSet } from "./body.ts";
import { qualifiedFunctions } from "./called.ts";
import { convert } from "./cast.ts";
import { nullness, nullWhere } from "./choice.ts";
import { congruentCall } from "./congruent.ts";
import type { Encoder } from "./context.ts";
import type { Bound, Frame } from "./frame.ts";
import { strictRaises, unlessLeftOut } from "./left-out.ts";
import { raising } from "./raising.ts";
import { runBody } from "./run-body.ts";
import { mayBeInlined, noteUnread } from "./self-comparison.ts";
import type { Value } from "./value.ts";

/** The body in the place of the call, with the rights of its owner where it is SECURITY DEFINER. */
export function inlined(
  encoder: Encoder,
  node: Expr,
  given: readonly Expr[],
  own: readonly PgFunction[],
  frame: Frame,
): Value {
  // defaults and VARIADIC let an overload take another number of arguments than it declares
  const mayTake = own.filter(
    (one) => one.argumentTypes.length === given.length || /\bDEFAULT\b|\bVARIADIC\b/i.test(one.arguments),
  );
  const fits = mayTake.length > 1 ? mayTake.filter((one) => takes(encoder, one, given, frame)) : mayTake;
  const [fn] = fits;
  const args = fn && fits.length === 1 && !/\bVARIADIC\b/i.test(fn.arguments) ? orderedArguments(fn, given) : null;
  if (!fn || !args) return encoder.opaque(node, frame, construct("overload"));
  const name = nameKey(fn);
  if (!encoder.side.mayExecute(fn, frame.role)) {
    const { logic, values } = encoder;
    return values.condition(logic.true, logic.false, logic.false);
  }
  if (!keepsCollations(encoder, fn, args, frame)) return encoder.opaque(node, frame, { kind: "body", name });
  const body = bodyOf(fn);
  if (!body || returnsSet(fn)) {
    noteUnread(encoder, node, frame);
    return congruentCall(encoder, fn, args, frame) ?? encoder.opaque(node, frame, { kind: "body", name });
  }
  // a function that comes back to itself ends with 54001, where it is reached at all; who catches that is not told
  if (frame.caught && frame.calls.includes(name)) return encoder.opaque(node, frame, construct("exception block"));
  if (frame.calls.includes(name))
    return encoder.values.condition(encoder.logic.true, encoder.logic.false, encoder.logic.false);
  const changed = fn.settings.filter((entry) => !/^search_path=/i.test(entry));
  if (changed.length > 0) return encoder.opaque(node, frame, { kind: "settings", name });
  const value =
    runBody(encoder, { node, caller: frame, fn, body, frame: bodyFrame(fn, args, frame) }) ??
    congruentCall(encoder, fn, args, frame) ??
    encoder.opaque(node, frame, construct("exception block"));
  // arguments are evaluated before the call, whether the body uses them or not
  const evaluated = args.map((arg, index) => {
    const one = encoder.expression(arg, frame);
    return nullness(encoder, convert(encoder, one, fn.argumentTypes[index] ?? "") ?? one);
  });
  const all = encoder.logic.or(...evaluated.map((arg) => arg.raises));
  // a body in SQL that takes the place of its call evaluates an argument only where it comes to it, or never
  const raises =
    fn.language === "sql"
      ? unlessLeftOut(encoder.logic, all)
      : fn.strict
        ? strictRaises(encoder.logic, evaluated)
        : all;
  if (frame.caught && fn.language === "sql" && raises !== encoder.logic.false)
    return encoder.opaque(node, frame, construct("exception block"));
  const nulls = fn.strict ? encoder.logic.or(...evaluated.map((arg) => arg.isNull)) : encoder.logic.false;
  const known = nullWhere(encoder, value, nulls) ?? encoder.opaque(node, frame, { kind: "strictness", name });
  return raises === encoder.logic.false ? known : raising(encoder, known, raises);
}

/**
 * A body in the place of the call means the same: one in a string takes the collations of its arguments (manual, 24.2),
 * one of standard SQL had those of its declared types when it was made. A value that is not modelled may have any.
 */
function keepsCollations({ side, expression }: Encoder, fn: PgFunction, args: readonly Expr[], frame: Frame): boolean {
  if (!fn.sqlStandardBody) return true;
  return args.every((arg) => {
    const value = expression(arg, frame);
    const given = value.kind === "lookup" ? value.value : value;
    if (given.kind !== "opaque") return true;
    const model = given.type === null ? null : side.types(given.type);
    return model?.kind === "scalar" && model.type.sort !== SORT.text && model.type.sort !== SORT.bpchar;
  });
}

/** The arguments are of the types that an overload declares; conversions between types are not tried. */
const takes = (encoder: Encoder, fn: PgFunction, args: readonly Expr[], frame: Frame): boolean =>
  args.length === fn.argumentTypes.length &&
  args.every((arg, index) => {
    const value = encoder.expression(arg, frame);
    const model = encoder.side.types(fn.argumentTypes[index] ?? "");
    if (value.kind === "condition") return model.kind === "boolean";
    return value.kind === "scalar" && model.kind === "scalar" && value.type === model.type;
  });

/**
 * Where a function's body stands: its arguments are its names, and it runs for its owner where it is SECURITY DEFINER.
 */
function bodyFrame(fn: PgFunction, args: readonly Expr[], frame: Frame): Frame {
  const parameters = new Map<string, Bound>();
  args.forEach((expr, index) => {
    const bound = { expr, frame, type: fn.argumentTypes[index] ?? "" };
    parameters.set(`$${index + 1}`, bound);
    // the names of OUT arguments stand among them
    const argument = /\b(OUT|INOUT)\b/.test(fn.arguments) ? undefined : fn.argumentNames[index];
    if (argument) parameters.set(argument, bound);
  });
  const path = fn.settings.find((entry) => /^search_path=/i.test(entry));
  return {
    scopes: [],
    withQueries: new Map(),
    parameters,
    role: fn.securityDefiner ? fn.owner : frame.role,
    searchPath: path === undefined ? ["public"] : schemasOf(path.slice("search_path=".length)),
    written: !fn.sqlStandardBody,
    refusesAmbiguity: fn.language === "plpgsql",
    loose: path === undefined || path.includes("$user"),
    depth: frame.depth,
    // a function runs as a query of its own: what is being expanded around it does not count
    active: [],
    calls: [...frame.calls, nameKey(fn)],
    ...(frame.caught && { caught: true }),
    // the planner puts it in the place of the call
    ...(frame.isQual && mayBeInlined(fn) && { isQual: true }),
  };
}

/**
 * The expression or query that a call evaluates, with the frame for it. Null where there are several functions of that
 * name, where the body is no single expression, and where more than the body counts.
 */
export function calledQuery(
  encoder: Encoder,
  node: Expr,
  frame: Frame,
): { fn: PgFunction; expr: Expr; frame: Frame } | null {
  const made = call(node);
  const [fn, ...others] = made ? qualifiedFunctions(encoder.side, made.name) : [];
  if (
    !made ||
    !fn ||
    others.length > 0 ||
    // without a row for an argument that is NULL
    (fn.strict && made.args.length > 0) ||
    fn.settings.some((entry) => !/^search_path=/i.test(entry))
  )
    return null;
  if (fn.argumentTypes.length !== made.args.length || !encoder.side.mayExecute(fn, frame.role)) return null;
  if (frame.calls.includes(nameKey(fn)) || !keepsCollations(encoder, fn, made.args, frame)) return null;
  const body = bodyOf(fn);
  const program = body?.kind === "plpgsql" ? body.program : null;
  const expr = body?.kind === "sql" ? body.select : program?.kind === "return" ? program.expr : null;
  return expr ? { fn, expr, frame: bodyFrame(fn, made.args, frame) } : null;
}

/**
 * The query that a set-returning SQL function of one column runs, with the frame for it: what `IN (SELECT f())` ranges
 * over.
 */
export function setFunctionQuery(
  encoder: Encoder,
  node: Expr | null,
  frame: Frame,
): { select: NonNullable<ReturnType<typeof as<"SelectStmt">>>; frame: Frame; type: string } | null {
  const called = node && calledQuery(encoder, node, frame);
  const type = called?.fn.language === "sql" ? elementOf(called.fn.result) : null;
  const select = as("SelectStmt", as("SubLink", called?.expr)?.subselect);
  return called && select && type !== null ? { select, frame: called.frame, type } : null;
}

/** The type of the one column that a set-returning function gives; null for one of several columns. */
function elementOf(result: string): string | null {
  const set = /^\s*SETOF\s+([^]+)$/i.exec(result)?.[1];
  if (set !== undefined) return set;
  const column = /^\s*TABLE\((?:"(?:[^"]|"")+"|\w+)\s+([^]+)\)\s*$/i.exec(result)?.[1];
  return column === undefined || /,(?![^(]*\))/.test(column) ? null : column;
}

const schemasOf = (path: string): string[] =>
  path
    .split(",")
    .map((part) => part.trim().replaceAll(/^"|"$/g, ""))
    .filter((part) => part !== "" && part !== "$user");
