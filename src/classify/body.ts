import type { PgFunction } from "../pg/catalog.ts";
import { messageOf } from "../errors.ts";
import type { Expr } from "../pg/expr/node.ts";
import { parseExpr, parsePlpgsql, parseStatements } from "../pg/expr/parse.ts";
import { stringConst } from "../pg/expr/shape.ts";
import { columnRef } from "../pg/expr/reads.ts";
import { some, walk } from "../pg/expr/walk.ts";
import { as } from "../pg/expr/node.ts";
import { transform } from "../pg/expr/transform.ts";

/** The SQL inside a function, as trees. */
export interface Body {
  /** statements and expressions; a local variable with one value stands as that value */
  trees: unknown[];
  /** locals by name: all that is assigned to them; `queried` when a query fills them */
  locals: ReadonlyMap<string, Local>;
  /** what EXECUTE is given */
  executes: Expr[];
  /** why not all of it could be read; null when it could */
  opaque: string | null;
}

export interface Local {
  assigned: Assigned[];
  queried: boolean;
}

interface Assigned {
  value: Expr;
  /** the condition of the IF around it */
  under: Expr | null;
}

const unreadable = (opaque: string): Body => ({ trees: [], locals: new Map(), executes: [], opaque });

/** Parse a function's body. Never throws: what cannot be read is said in `opaque`. */
export function bodyOf(fn: PgFunction): Body {
  try {
    if (fn.kind === "aggregate") return unreadable("it is an aggregate");
    // the catalog prints an SQL-standard body anew; only inside its CREATE FUNCTION does it parse
    const text = fn.sqlStandardBody ? fn.definition : fn.body;
    if (fn.language === "sql") return { trees: parseStatements(text), locals: new Map(), executes: [], opaque: null };
    if (fn.language === "plpgsql") return plpgsqlBody(fn);
  } catch (error) {
    return unreadable(`its body does not parse: ${messageOf(error)}`);
  }
  return unreadable(`its language is ${fn.language}`);
}

interface Reading {
  trees: unknown[];
  locals: Map<string, Local>;
  executes: Expr[];
  returns: Assigned[];
  /** names of the variables by their number */
  names: string[];
  problem: string | null;
}

function plpgsqlBody(fn: PgFunction): Body {
  const reading: Reading = { trees: [], locals: new Map(), executes: [], returns: [], names: [], problem: null };
  const tree = parsePlpgsql(fn.definition);
  reading.names = namesIn(tree);
  read(tree, null, reading);
  const values = new Map<string, Expr>();
  // conditions that became part of a COALESCE say nothing more
  const joinedConditions = new Set<unknown>();
  for (const [name, local] of reading.locals) {
    const value = fn.argumentNames.includes(name) ? null : onlyValue(name, local);
    if (!value) continue;
    values.set(name, value.value);
    if (value.under) joinedConditions.add(value.under);
  }
  const used = new Set<string>();
  const fill = (tree: unknown, depth: number): unknown =>
    transform(tree, (node, descend) => {
      const name = columnRef(node);
      const value = name?.length === 1 ? values.get(name[0] ?? "") : undefined;
      if (value === undefined || depth > 5) return descend();
      used.add(name?.[0] ?? "");
      return fill(value, depth + 1) as Expr;
    });
  const joined = joinReturns(reading.returns, (tree) => fill(tree, 0) as Expr);
  if (joined) joinedConditions.add(reading.returns[0]?.under);
  const conditions = reading.trees.filter((tree) => !joinedConditions.has(tree));
  const returns = joined ? [joined] : reading.returns.map(({ value }) => value);
  const trees = [...conditions, ...returns].map((tree) => fill(tree, 0));
  // What is assigned is read where the local is used; on its own it counts only when it stands nowhere else.
  for (const [name, local] of reading.locals)
    if (!used.has(name)) trees.push(...local.assigned.map(({ value }) => fill(value, 0)));
  return {
    trees,
    locals: reading.locals,
    executes: reading.executes.map((tree) => fill(tree, 0) as Expr),
    opaque: reading.problem,
  };
}

/** The value of a local that is assigned once, or in two ways by whether a variable is there: that is a COALESCE written out. */
function onlyValue(name: string, local: Local): Assigned | null {
  const assigned = local.assigned.filter(({ value }) => !as("A_Const", value)?.isnull);
  const [first, second] = assigned;
  if (local.queried || !first || assigned.length > 2) return null;
  const reads = (tree: unknown): boolean => some(tree, (node) => columnRef(node)?.[0] === name);
  if (assigned.some(({ value }) => reads(value))) return null;
  if (!second) return { value: first.value, under: null };
  const { under } = second;
  if (under === null) return null;
  const join = (value: Expr, other: Expr): Assigned => ({ value: coalesce(value, other, testsEmpty(under)), under });
  // v := a; IF v IS NULL THEN v := b
  if (first.under === null) return reads(under) ? join(first.value, second.value) : null;
  // IF … THEN v := a; ELSE v := b
  if (first.under !== under) return null;
  const tested = new Set(settingNames(under));
  const takes = (value: Expr): boolean => settingNames(value).some((setting) => tested.has(setting));
  if (takes(first.value)) return join(first.value, second.value);
  return takes(second.value) ? join(second.value, first.value) : null;
}

/** `IF … THEN RETURN a; END IF; RETURN b` is a COALESCE of both when the condition looks at the variable that one of them reads. */
function joinReturns(returns: readonly Assigned[], fill: (tree: Expr) => Expr): Expr | null {
  const [first, second] = returns;
  if (!first || !second || returns.length > 2 || !first.under) return null;
  // at the end, or in the ELSE of the same IF
  if (second.under !== null && second.under !== first.under) return null;
  const condition = fill(first.under);
  const tested = new Set(settingNames(condition));
  const [early, late] = [fill(first.value), fill(second.value)];
  if (settingNames(early).some((name) => tested.has(name))) return coalesce(early, late, testsEmpty(condition));
  return settingNames(late).some((name) => tested.has(name)) ? coalesce(late, early, testsEmpty(condition)) : null;
}

function settingNames(tree: unknown): string[] {
  const names: string[] = [];
  walk(tree, (node) => {
    const called = as("FuncCall", node);
    const name = as("String", called?.funcname?.at(-1))?.sval;
    const setting = name === "current_setting" ? stringConst(called?.args?.[0]) : null;
    if (setting !== null) names.push(setting.toLowerCase());
  });
  return names;
}

const testsEmpty = (condition: Expr): boolean => some(condition, (node) => stringConst(node) === "");

const EMPTY: Expr = { A_Const: { sval: { sval: "" } } };

function coalesce(first: Expr, second: Expr, emptyToo: boolean): Expr {
  const name = [{ String: { sval: "=" } }];
  const nulled: Expr = { A_Expr: { kind: "AEXPR_NULLIF", name, lexpr: innermost(first), rexpr: EMPTY } };
  return { CoalesceExpr: { args: [emptyToo ? recast(first, nulled) : first, second] } };
}

// NULLIF goes under the cast, where the text still is
const innermost = (node: Expr): Expr => as("TypeCast", node)?.arg ?? node;
const recast = (original: Expr, inner: Expr): Expr => {
  const cast = as("TypeCast", original);
  return cast ? { TypeCast: { ...cast, arg: inner } } : inner;
};

/** Collect the SQL pieces of plpgsql's own tree (libpg-query: kinds `PLpgSQL_…`, pieces as text in `PLpgSQL_expr`). */
function read(tree: unknown, under: Expr | null, into: Reading): void {
  if (Array.isArray(tree)) {
    for (const item of tree) read(item, under, into);
    return;
  }
  if (!isRecord(tree)) return;
  for (const [key, value] of Object.entries(tree)) {
    if (!isRecord(value)) {
      read(value, under, into);
      continue;
    }
    if (key === "PLpgSQL_expr") into.trees.push(...piece(value, into));
    else if (key === "PLpgSQL_stmt_assign") assign(value, under, into);
    else if (key === "PLpgSQL_var" && "default_val" in value)
      localOf(into, String(value["refname"])).assigned.push(...piecesAt(value["default_val"], null, into));
    else if (key === "PLpgSQL_stmt_return") into.returns.push(...returned(value, under, into));
    else if (key === "PLpgSQL_stmt_if") branch(value, under, into);
    else {
      for (const name of ["target", "var", "row"]) if (name in value) markQueried(value[name], into);
      const dynamic = key.startsWith("PLpgSQL_stmt_dyn") ? value["query"] : value["dynquery"];
      if (dynamic !== undefined) into.executes.push(...piecesAt(dynamic, under, into).map((one) => one.value));
      read(value, under, into);
    }
  }
}

/** RETURN of a plain variable holds its number (absent for the first one) and no expression. */
function returned(statement: Record<string, unknown>, under: Expr | null, into: Reading): Assigned[] {
  if ("expr" in statement) return piecesAt(statement["expr"], under, into);
  // the RETURN that plpgsql adds to the end of every body stands on no line
  if (!("lineno" in statement)) return [];
  const name = into.names[Number(statement["retvarno"] ?? 0)];
  return name === undefined ? [] : [{ value: { ColumnRef: { fields: [{ String: { sval: name } }] } }, under }];
}

/** Names of the variables, in the order of their numbers. */
function namesIn(tree: unknown): string[] {
  if (Array.isArray(tree)) return tree.flatMap(namesIn);
  if (!isRecord(tree)) return [];
  if (!Array.isArray(tree["datums"])) return Object.values(tree).flatMap(namesIn);
  return tree["datums"].map((datum: unknown) => {
    const inner = isRecord(datum) ? Object.values(datum)[0] : null;
    return isRecord(inner) && typeof inner["refname"] === "string" ? inner["refname"] : "";
  });
}

function branch(statement: Record<string, unknown>, under: Expr | null, into: Reading): void {
  const [condition] = piecesAt(statement["cond"], under, into);
  if (condition) into.trees.push(condition.value);
  for (const part of ["then_body", "elsif_list", "else_body"]) read(statement[part], condition?.value ?? under, into);
}

function assign(statement: Record<string, unknown>, under: Expr | null, into: Reading): void {
  const expr = isRecord(statement["expr"]) ? statement["expr"]["PLpgSQL_expr"] : null;
  const text = isRecord(expr) ? String(expr["query"]) : "";
  const target = ASSIGNMENT.exec(text);
  const value = parsePiece(target ? text.slice(target[0].length) : text, into);
  if (value === null) return;
  const name = target?.[2] === "" ? nameOf(target[1] ?? "") : null;
  // a field of a record, an element of an array: the local as a whole is not known by it
  if (name === null) into.trees.push(value);
  else localOf(into, name).assigned.push({ value, under });
  const root = nameOf(target?.[1] ?? "");
  if (name === null && root !== "") localOf(into, root).queried = true;
}

const ASSIGNMENT = /^\s*("(?:[^"]|"")+"|[\w$]+)((?:\.(?:"[^"]+"|[\w$]+))*(?:\[[^\]]*\])*)\s*:?=(?!=)\s*/u;

const nameOf = (written: string): string =>
  written.startsWith('"') ? written.slice(1, -1).replaceAll('""', '"') : written.toLowerCase();

const localOf = (into: Reading, name: string): Local => {
  const local = into.locals.get(name) ?? { assigned: [], queried: false };
  into.locals.set(name, local);
  return local;
};

/** Targets of INTO and loop variables. */
function markQueried(target: unknown, into: Reading): void {
  if (Array.isArray(target)) for (const item of target) markQueried(item, into);
  else if (isRecord(target))
    for (const [key, value] of Object.entries(target)) {
      if ((key === "name" || key === "refname") && typeof value === "string") localOf(into, value).queried = true;
      else markQueried(value, into);
    }
}

const piecesAt = (holder: unknown, under: Expr | null, into: Reading): Assigned[] => {
  const expr = isRecord(holder) ? holder["PLpgSQL_expr"] : null;
  const value = isRecord(expr) ? parsePiece(String(expr["query"]), into) : null;
  return value ? [{ value, under }] : [];
};

/** RawParseMode (parser.h): 0 is a statement, everything else an expression. */
function piece(expr: Record<string, unknown>, into: Reading): unknown[] {
  const text = String(expr["query"]);
  if (expr["parseMode"] !== 0) return [parsePiece(text, into)].filter((tree) => tree !== null);
  try {
    return parseStatements(text);
  } catch (error) {
    into.problem ??= `a statement in it does not parse: ${messageOf(error)}`;
    return [];
  }
}

function parsePiece(text: string, into: Reading): Expr | null {
  try {
    return parseExpr(text);
  } catch {
    try {
      // plpgsql takes `x := count(*) FROM t`: an expression is the rest of a SELECT
      return parseStatements(`SELECT ${text}`)[0]?.stmt ?? null;
    } catch (error) {
      into.problem ??= `an expression in it does not parse: ${messageOf(error)}`;
      return null;
    }
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
