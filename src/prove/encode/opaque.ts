import { as, isNode, type Expr } from "../../pg/expr/node.ts";
import { printExpr } from "../../pg/expr/print.ts";
import { call, nameParts, stringConst, typeText } from "../../pg/expr/shape.ts";
import { walk } from "../../pg/expr/walk.ts";
import { nameKey } from "../../pg/name.ts";
import type { Row } from "../logic/formula.ts";
import { SORT } from "../logic/sort.ts";
import { opaqueRaises, type FunctionSymbol, type PredicateSymbol } from "../logic/symbol.ts";
import { reasonOf, type Unmodelled } from "../unmodelled.ts";
import { builtInName, calledFunction, ownFunctions, qualifiedFunctions, shownCall } from "./called.ts";
import { findRelation, resolve, type Frame } from "./frame.ts";
import { parseOnce } from "./parse-once.ts";
import { InfiniteRecursion } from "./recursion.ts";
import type { Encoder } from "./context.ts";
import { expressionKey, uninterpretedKey } from "./opaque-key.ts";
import { isTokenFunction } from "./platform.ts";
import type { Opaque } from "./value.ts";
import { VOLATILE } from "./volatile.ts";

const PLACES = new Set([
  "location",
  "stmt_location",
  "stmt_len",
  "list_start",
  "list_end",
  "rexpr_list_start",
  "rexpr_list_end",
]);

/** Operators that raise on no value. */
const TOTAL_OPERATORS = new Set("= <> < <= > >= @> <@ && ? ?| ?& -> ->> #> #>> || ~~ ~~* !~~".split(" "));

/** Functions of pg_catalog that raise on no value. */
const TOTAL_FUNCTIONS = new Set(
  "now current_setting lower upper btrim md5 coalesce length array_length cardinality".split(" "),
);

/**
 * A name for what an expression gives that is not modelled. The name is the same on both sides exactly when the same
 * expression is computed from the same: then nothing can be told of its value, but that it is equal. What may differ
 * from one evaluation to the next (VOLATILE), or reads a relation or function that the change touches, gets a name of
 * its own.
 */
export function makeOpaque(encoder: Encoder, node: Expr, frame: Frame, given: Unmodelled): Opaque {
  const { logic } = encoder;
  const facts = gather(encoder, node, frame);
  const volatile = facts.volatile !== null;
  const key = expressionKey([
    facts.text,
    frame.role,
    // both sides number their own: no two volatile calls, and nothing that changed, is ever the same
    ...(volatile ? [encoder.name, encoder.opaques.size] : facts.changed ? [encoder.name] : []),
  ]);
  if (!encoder.opaques.has(key)) {
    const why: Unmodelled = facts.volatile === null ? given : { kind: "volatile", name: facts.volatile };
    const reason = reasonOf(why, { expression: textOf(node), at: frame.calls.at(-1) ?? null });
    encoder.opaques.set(key, { why, reason, settings: [...facts.settings] });
  }
  const of = [...facts.rows].toSorted((a, b) => a.id - b.id).map((row) => logic.column(SORT.row, row, "*"));
  return {
    kind: "opaque",
    key,
    of,
    raises: facts.total ? logic.false : logic.predicate(opaqueRaises(key), null, of),
    type: typeOf(encoder, node),
  };
}

/** A symbol of which only congruence is known: a difference that hangs on it has to be seen to be believed. */
export function noteUninterpreted(
  opaques: Encoder["opaques"],
  symbol: FunctionSymbol | PredicateSymbol,
  why: Unmodelled,
): void {
  const key = uninterpretedKey(symbol);
  if (key !== null && !opaques.has(key))
    opaques.set(key, { why, reason: reasonOf(why, { expression: null, at: null }), settings: [] });
}

/** Settings that a body reads by a constant name. */
export const settingsNamedIn = (body: string): string[] =>
  [...body.matchAll(/current_setting\(\s*'([^']+)'/gi)].map(([, setting]) => (setting ?? "").toLowerCase());

interface Facts {
  text: unknown;
  rows: Set<Row>;
  changed: boolean;
  volatile: string | null;
  total: boolean;
  settings: Set<string>;
}

function gather(encoder: Encoder, node: Expr, frame: Frame): Facts {
  const facts: Facts = {
    text: null,
    rows: new Set(),
    changed: false,
    volatile: null,
    total: true,
    settings: new Set(),
  };
  let nested = false;
  walk(node, (inner) => {
    if (as("RangeVar", inner) || as("RangeFunction", inner)) nested = true;
  });
  const merge = (other: Facts): void => {
    for (const row of other.rows) facts.rows.add(row);
    facts.changed ||= other.changed;
    facts.volatile ??= other.volatile;
    facts.total &&= other.total;
    for (const setting of other.settings) facts.settings.add(setting);
  };
  const visit = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(visit);
    if (typeof value !== "object" || value === null) return value;
    if (isNode(value)) {
      const special = leaf(value);
      if (special !== undefined) return special;
    }
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key]) => !PLACES.has(key))
        .map(([key, item]) => [key, visit(item)]),
    );
  };
  const leaf = (inner: Expr): unknown => {
    const parameter = as("ParamRef", inner);
    const found = parameter ? null : as("ColumnRef", inner) ? resolve(inner, frame) : null;
    const bound = parameter
      ? frame.parameters.get(`$${parameter.number}`)
      : found?.kind === "parameter"
        ? found
        : undefined;
    if (bound) {
      const argument = gather(encoder, bound.expr, bound.frame);
      merge(argument);
      return { argument: argument.text };
    }
    if (found?.kind === "column" && !nested) {
      facts.rows.add(found.source.row);
      return { row: found.source.row.id, column: found.column.name };
    }
    const cast = as("TypeCast", inner);
    if (cast) facts.total = false;
    const operator = as("A_Expr", inner);
    if (operator && !TOTAL_OPERATORS.has(nameParts(operator.name).at(-1) ?? "")) facts.total = false;
    const range = as("RangeVar", inner);
    if (range) refuseRecursion(encoder, frame, range.schemaname, range.relname);
    if (range) {
      const schema = range.schemaname ?? frame.searchPath[0] ?? "public";
      const name = nameKey({ schema, name: range.relname ?? "" });
      if (!encoder.isUnchanged({ kind: "relation", name })) facts.changed = true;
    }
    if (as("SubLink", inner)) facts.total = false;
    const made = call(inner);
    if (made) onCall(made);
    else if (as("FuncCall", inner)) onCall({ name: nameParts(as("FuncCall", inner)?.funcname), args: [] });
    return undefined;
  };
  const onCall = (made: { name: string[]; args: Expr[] }): void => {
    const called = calledFunction(made.name);
    const builtIn = builtInName(called);
    const isToken = called.schema !== null && isTokenFunction({ schema: called.schema, name: called.name });
    const isTotal = builtIn === null ? isToken : TOTAL_FUNCTIONS.has(builtIn);
    if (!isTotal) facts.total = false;
    if (builtIn === "current_setting") facts.settings.add(stringConst(made.args[0])?.toLowerCase() ?? "*");
    const own = ownFunctions(encoder.side, frame.searchPath, called);
    for (const fn of own) {
      if (!encoder.isUnchanged({ kind: "function", name: nameKey(fn) })) facts.changed = true;
      if (fn.volatility === "volatile") facts.volatile ??= shownCall(called);
      for (const setting of settingsNamedIn(fn.body)) facts.settings.add(setting);
    }
    // nothing is known of a function that is neither in the catalog nor in pg_catalog
    const mayBeVolatile = builtIn === null ? !isToken : VOLATILE.has(builtIn);
    if (own.length === 0 && mayBeVolatile) facts.volatile ??= shownCall(called);
  };
  facts.text = visit(node);
  // which columns a nested FROM takes from outside is not resolved here: it may be any
  if (nested) for (const scope of frame.scopes) for (const source of scope) facts.rows.add(source.row);
  return facts;
}

/** A sub-query that is not understood recurses all the same. */
function refuseRecursion(encoder: Encoder, frame: Frame, schema: string | undefined, name: string | undefined): void {
  const relation = name === undefined ? undefined : findRelation(encoder.side, frame, schema, name);
  if (!relation || encoder.recursion !== "raise" || !frame.active.includes(nameKey(relation))) return;
  if (encoder.side.bypasses(relation, frame.role)) return;
  const read = encoder.side.policies(relation, "SELECT", frame.role);
  if (read.some(({ using }) => using !== null && parseOnce(using).hasSubLink))
    throw new InfiniteRecursion(nameKey(relation));
}

/** The type of a cast, a function's result, or an element of one. */
function typeOf(encoder: Encoder, node: Expr): string | null {
  const cast = as("TypeCast", node);
  if (cast) return typeText(cast.typeName);
  const element = as("A_Indirection", node);
  if (element) {
    const array = element.arg && element.indirection?.length === 1 ? typeOf(encoder, element.arg) : null;
    return array?.endsWith("[]") ? array.slice(0, -2) : null;
  }
  const [fn, ...others] = qualifiedFunctions(encoder.side, call(node)?.name ?? []);
  return fn && others.length === 0 ? fn.result : null;
}

function textOf(node: Expr): string | null {
  try {
    return printExpr(node);
  } catch {
    return null;
  }
}
