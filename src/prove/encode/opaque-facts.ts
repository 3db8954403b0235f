import { as, isNode, type Expr } from "../../pg/expr/node.ts";
import { call, nameParts, stringConst, typeText } from "../../pg/expr/shape.ts";
import { walk } from "../../pg/expr/walk.ts";
import { nameKey } from "../../pg/name.ts";
import type { Row } from "../logic/formula.ts";
import { isSameType } from "../apart.ts";
import { readsArgumentsOnly } from "../pure.ts";
import { builtInName, builtInOperator, calledFunction, mayUseAll, ownFunctions, shownCall } from "./called.ts";
import type { Encoder } from "./context.ts";
import { findRelation, resolve, type Frame, type Source } from "./frame.ts";
import { parseOnce } from "./parse-once.ts";
import { isTokenFunction } from "./platform.ts";
import { InfiniteRecursion } from "./recursion.ts";
import { userTypeOf } from "./types.ts";
import { VOLATILE } from "./volatile.ts";

/** Positions in the text of an expression. */
export const PLACES: ReadonlySet<string> = new Set([
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

/** What the value of an expression that is not modelled depends on. */
export interface Facts {
  /** the tree, with the place of each row and argument instead of its name, and without positions in the text */
  text: unknown;
  rows: Set<Row>;
  /** it reads a relation or calls a function that differs between the two sides */
  changed: boolean;
  /** the first volatile function that it calls */
  volatile: string | null;
  /** it raises on no value */
  total: boolean;
  settings: Set<string>;
}

/** The expression whose facts are gathered. */
interface Gathering {
  encoder: Encoder;
  frame: Frame;
  /** it has a FROM of its own, so that a name of a column may belong to that */
  nested: boolean;
  facts: Facts;
}

/** The facts of an expression, with those of the arguments that it refers to. */
export function factsOf(encoder: Encoder, node: Expr, frame: Frame): Facts {
  const facts: Facts = {
    text: null,
    rows: new Set(),
    changed: !encoder.isUnchanged.resolution,
    volatile: null,
    total: true,
    settings: new Set(),
  };
  const nested = readsFrom(node);
  facts.text = gather({ encoder, frame, nested, facts }, node);
  // which columns a nested FROM takes from outside is not resolved here: it may be any
  if (nested) for (const source of frame.scopes.flat()) for (const row of rowsOf(source)) facts.rows.add(row);
  return facts;
}

/** Settings that a body reads by a constant name. */
export const settingsNamedIn = (body: string): string[] =>
  [...body.matchAll(/current_setting\(\s*'([^']+)'/gi)].map(([, setting]) => (setting ?? "").toLowerCase());

const rowsOf = (source: Source): readonly Row[] => (source.kind === "relation" ? [source.row] : source.rows);

function readsFrom(node: Expr): boolean {
  let found = false;
  walk(node, (inner) => {
    if (as("RangeVar", inner) || as("RangeFunction", inner)) found = true;
  });
  return found;
}

/** Add the facts of a part of a tree, and return the text of the part. */
function gather(on: Gathering, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => gather(on, item));
  if (typeof value !== "object" || value === null) return value;
  if (isNode(value)) {
    const named = nameOf(on, value);
    if (named !== null) return named;
    noteNode(on, value);
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !PLACES.has(key))
      .map(([key, item]) => [key, gather(on, item)]),
  );
}

/** A parameter or column as the argument or row that it refers to; null for any other node. */
function nameOf({ encoder, frame, nested, facts }: Gathering, node: Expr): unknown {
  const parameter = as("ParamRef", node);
  const found = parameter ? null : as("ColumnRef", node) ? resolve(node, frame) : null;
  const bound = parameter
    ? frame.parameters.get(`$${parameter.number}`)
    : found?.kind === "parameter" || found?.kind === "derived"
      ? found
      : undefined;
  const parts = nameParts(as("ColumnRef", node)?.fields);
  if (bound) {
    const argument = factsOf(encoder, bound.expr, bound.frame);
    merge(facts, argument);
    if (bound.type !== undefined && !isSameType(encoder.isUnchanged, encoder.side, bound.type)) facts.changed = true;
    // in a FROM of its own the name may be one of that
    return { argument: argument.text, type: bound.type, ...(nested ? { named: parts } : {}) };
  }
  if (found?.kind === "column") {
    if (encoder.apart.columns.has(found.column)) facts.changed = true;
    // two collations that are not the default one raise 42P22 where an order or a comparison needs one (manual, 23.2)
    if (/ COLLATE /.test(found.column.type)) facts.total = false;
    // in a FROM of its own the name may be one of that
    if (nested) return { named: parts, type: found.column.type };
    facts.rows.add(found.source.row);
    return { row: found.source.row.id, column: found.column.name, type: found.column.type };
  }
  if (!as("ColumnRef", node)) return null;
  // a whole row, or a column of the system: of any relation here, with all its columns
  const sources = frame.scopes.flat();
  for (const source of sources) for (const row of rowsOf(source)) facts.rows.add(row);
  const whole = sources.filter(({ alias }) => parts.includes(alias) || (!nested && parts.includes("*")));
  // what the columns of a sub-query are is not followed here
  if (whole.some(({ kind }) => kind === "derived")) facts.changed = true;
  const columns = whole.map((source) => (source.kind === "relation" ? source.relation.columns : []));
  return whole.length === 0 ? null : { named: parts, of: columns };
}

/** Add the facts of one node, without those of the nodes in it. */
function noteNode(on: Gathering, node: Expr): void {
  const { encoder, frame, facts } = on;
  if (as("RangeTableSample", node)) facts.changed = true;
  const type = as("TypeCast", node)?.typeName;
  const [typeName = ""] = type ? nameParts(type.names).toReversed() : [];
  const meant = encoder.side.typesNamed(typeName);
  if (type && !meant.every((one) => encoder.isUnchanged.type(one))) facts.changed = true;
  if (type && meant.length === 0 && userTypeOf(typeText(type)) !== null) facts.changed = true;
  const operator = as("A_Expr", node);
  if (
    as("TypeCast", node) ||
    as("SubLink", node) ||
    (operator && !TOTAL_OPERATORS.has(builtInOperator(encoder.side, frame, nameParts(operator.name)) ?? ""))
  )
    facts.total = false;
  const range = as("RangeVar", node);
  if (range) {
    refuseRecursion(encoder, frame, range.schemaname, range.relname);
    const short = range.relname ?? "";
    // what a query of WITH finds is not followed here
    if (range.schemaname === undefined && frame.withQueries.has(short)) facts.changed = true;
    // every relation that the name can be of; one that is in no catalog counts as changed
    const found =
      range.schemaname === undefined ? encoder.side.relationsNamed(short) : [{ schema: range.schemaname, name: short }];
    if (!mayUseAll(encoder.side, frame, found)) facts.changed = true;
    if (found.length === 0 || !found.every((one) => encoder.isUnchanged({ kind: "relation", name: nameKey(one) })))
      facts.changed = true;
  }
  const called = call(node);
  if (called) noteCall(on, called);
  else if (as("FuncCall", node)) noteCall(on, { name: nameParts(as("FuncCall", node)?.funcname), args: [] });
}

function noteCall({ encoder, frame, facts }: Gathering, made: NonNullable<ReturnType<typeof call>>): void {
  const called = calledFunction(made.name);
  const builtIn = builtInName(called);
  const isToken = called.schema !== null && isTokenFunction({ schema: called.schema, name: called.name });
  const isTotal = builtIn === null ? isToken : TOTAL_FUNCTIONS.has(builtIn);
  if (!isTotal) facts.total = false;
  if (builtIn === "current_setting") facts.settings.add(stringConst(made.args[0])?.toLowerCase() ?? "*");
  const own = ownFunctions(encoder.side, frame, called);
  if (!mayUseAll(encoder.side, frame, own)) facts.changed = true;
  for (const fn of own) {
    if (!encoder.isUnchanged({ kind: "function", name: nameKey(fn) })) facts.changed = true;
    if (fn.volatility === "volatile") facts.volatile ??= shownCall(called);
    for (const setting of settingsNamedIn(fn.body)) facts.settings.add(setting);
  }
  // nothing is known of a function that is neither in the catalog nor in pg_catalog
  const mayBeVolatile = builtIn === null ? !isToken : VOLATILE.has(builtIn);
  if (own.length === 0 && mayBeVolatile) facts.volatile ??= shownCall(called);
  const known = isToken || (builtIn === null ? own.length > 0 : readsArgumentsOnly(builtIn) || own.length > 0);
  if (!known && !encoder.isUnchanged.anything) facts.changed = true;
}

function merge(into: Facts, other: Facts): void {
  for (const row of other.rows) into.rows.add(row);
  into.changed ||= other.changed;
  into.volatile ??= other.volatile;
  into.total &&= other.total;
  for (const setting of other.settings) into.settings.add(setting);
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
