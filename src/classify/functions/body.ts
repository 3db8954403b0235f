import type { PgFunction } from "../../pg/catalog.ts";
import { messageOf } from "../../errors.ts";
import type { Expr } from "../../pg/expr/node.ts";
import { parseStatements } from "../../pg/expr/parse.ts";
import { stringConst } from "../../pg/expr/shape.ts";
import { columnRef } from "../../pg/expr/reads.ts";
import { some, walk } from "../../pg/expr/walk.ts";
import { as, isNode } from "../../pg/expr/node.ts";
import { transform } from "../../pg/expr/transform.ts";
import type { Sql, Statement, StatementOf, Variable } from "../../pg/plpgsql/node.ts";
import { parsePlFunction } from "../../pg/plpgsql/parse.ts";
import { treeOf } from "../../pg/plpgsql/tree.ts";
import { filledBy, nestedIn, sqlOf } from "../../pg/plpgsql/visit.ts";

/** The SQL inside a function, as trees. */
export interface Body {
  /** statements and expressions; a local variable with a single value is replaced by that value */
  trees: unknown[];
  /** the local variables by name, each with all values assigned to it; `queried` is true where a query sets it */
  locals: ReadonlyMap<string, Local>;
  /** the arguments of EXECUTE */
  executes: Expr[];
  /** the reason why not all of it could be read; null if it could */
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

// A catalog is analysed more than once, and its functions do not change.
const known = new WeakMap<PgFunction, Body>();

/** The parsed body of a function. Never throws: the reason why a body cannot be read is in `opaque`. */
export function bodyOf(fn: PgFunction): Body {
  const body = known.get(fn) ?? parsedBody(fn);
  known.set(fn, body);
  return body;
}

function parsedBody(fn: PgFunction): Body {
  try {
    if (fn.kind === "aggregate") return unreadable("it is an aggregate");
    // The catalog prints an SQL-standard body from its tree; it parses only inside its CREATE FUNCTION.
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
  problem: string | null;
}

function plpgsqlBody(fn: PgFunction): Body {
  const parsed = parsePlFunction(fn.definition);
  if (parsed.kind === "not-plpgsql") return unreadable("its definition is not one of PL/pgSQL");
  if (parsed.kind === "syntax-error") return unreadable(`its body does not parse: ${parsed.message}`);
  const reading: Reading = { trees: [], locals: new Map(), executes: [], returns: [], problem: null };
  if (!parsed.fn.placed) reading.problem = "a statement in it is not found in its text";
  for (const variable of parsed.fn.variables) readDeclaration(variable, reading);
  readStatement(parsed.fn.block, null, reading);
  const values = new Map<string, Expr>();
  // Conditions that became part of a COALESCE add nothing more.
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
  // An assigned value is read where the local is used; it counts by itself only where the local is used nowhere.
  for (const [name, local] of reading.locals)
    if (!used.has(name)) trees.push(...local.assigned.map(({ value }) => fill(value, 0)));
  return {
    trees,
    locals: reading.locals,
    executes: reading.executes.map((tree) => fill(tree, 0) as Expr),
    opaque: reading.problem,
  };
}

/**
 * The value of a local that is assigned once, or in two ways that depend on the presence of a variable: the second is a
 * COALESCE written with IF.
 */
function onlyValue(name: string, local: Local): Assigned | null {
  const assigned = local.assigned.filter(({ value }) => !as("A_Const", value)?.isnull);
  const [first, second] = assigned;
  if (local.queried || !first || assigned.length > 2) return null;
  const reads = (tree: unknown): boolean => some(tree, (node) => columnRef(node)?.[0] === name);
  if (assigned.some(({ value }) => reads(value))) return null;
  if (!second) return { value: first.value, under: null };
  const { under } = second;
  if (under === null) return null;
  const join = (value: Expr, other: Expr): Assigned => ({ value: coalesce(value, other, under), under });
  // v := a; IF v IS NULL THEN v := b
  if (first.under === null) return reads(under) ? join(first.value, second.value) : null;
  // IF … THEN v := a; ELSE v := b
  if (first.under !== under) return null;
  const tested = new Set(settingNames(under));
  const takes = (value: Expr): boolean => settingNames(value).some((setting) => tested.has(setting));
  if (takes(first.value)) return join(first.value, second.value);
  return takes(second.value) ? join(second.value, first.value) : null;
}

/**
 * `IF … THEN RETURN a; END IF; RETURN b` is a COALESCE of both if the condition tests the variable that one of them
 * reads.
 */
function joinReturns(returns: readonly Assigned[], fill: (tree: Expr) => Expr): Expr | null {
  const [first, second] = returns;
  if (!first || !second || returns.length > 2 || !first.under) return null;
  // at the end, or in the ELSE of the same IF
  if (second.under !== null && second.under !== first.under) return null;
  const condition = fill(first.under);
  const tested = new Set(settingNames(condition));
  const [early, late] = [fill(first.value), fill(second.value)];
  if (settingNames(early).some((name) => tested.has(name))) return coalesce(early, late, condition);
  return settingNames(late).some((name) => tested.has(name)) ? coalesce(late, early, condition) : null;
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

/** The first value, or the second one under a condition that tests the first for NULL, or for an empty text as well. */
function coalesce(first: Expr, second: Expr, condition: Expr): Expr {
  const name = [{ String: { sval: "=" } }];
  const nulled: Expr = { A_Expr: { kind: "AEXPR_NULLIF", name, lexpr: innermost(first), rexpr: EMPTY } };
  return { CoalesceExpr: { args: [testsEmpty(condition) ? recast(first, nulled) : first, second] } };
}

// NULLIF goes inside the cast, where the value is still text.
const innermost = (node: Expr): Expr => as("TypeCast", node)?.arg ?? node;
const recast = (original: Expr, inner: Expr): Expr => {
  const cast = as("TypeCast", original);
  return cast ? { TypeCast: { ...cast, arg: inner } } : inner;
};

/**
 * Collect the SQL of the declarations: a default is a value of its variable, and the query of a cursor is a tree of its
 * own.
 */
function readDeclaration(variable: Variable, into: Reading): void {
  if (variable.kind === "scalar" && variable.query) into.trees.push(...treesOf(variable.query, into));
  if ((variable.kind !== "scalar" && variable.kind !== "record") || !variable.initial) return;
  localOf(into, variable.name).assigned.push(...valuesOf(variable.initial, null, into));
}

/** Collect the SQL of a statement and of those inside it. */
function readStatement(statement: Statement, under: Expr | null, into: Reading): void {
  for (const target of filledBy(statement)) {
    const local = localOf(into, target.name);
    local.queried = true;
    // Its elements are elements of the array.
    if (statement.kind === "foreach") local.assigned.push(...valuesOf(statement.array, under, into));
  }
  let inside = under;
  if (statement.kind === "assign") assign(statement, under, into);
  else if (statement.kind === "return") into.returns.push(...returned(statement, under, into));
  else {
    for (const { role, sql } of sqlOf(statement)) {
      if (role === "dynamic") into.executes.push(...valuesOf(sql, under, into).map(({ value }) => value));
      const trees = treesOf(sql, into);
      // Statements in any branch of an IF are under its first condition.
      if (statement.kind === "if" && sql === statement.branches[0]?.when) inside = conditionOf(trees) ?? under;
      into.trees.push(...trees);
    }
  }
  for (const { body } of nestedIn(statement)) for (const inner of body) readStatement(inner, inside, into);
}

const conditionOf = (trees: readonly unknown[]): Expr | null => {
  const [only] = trees;
  return isNode(only) ? only : null;
};

function returned({ value }: StatementOf<"return">, under: Expr | null, into: Reading): Assigned[] {
  if (value.kind === "expression") return valuesOf(value.sql, under, into);
  if (value.kind === "nothing" || value.name === "") return [];
  return [{ value: { ColumnRef: { fields: [{ String: { sval: value.name } }] } }, under }];
}

function assign({ target, value }: StatementOf<"assign">, under: Expr | null, into: Reading): void {
  const values = valuesOf(value, under, into);
  if (target.kind === "variable") return void localOf(into, target.name).assigned.push(...values);
  // A field of a record or an element of an array does not determine the local as a whole.
  into.trees.push(...values.map((one) => one.value));
  localOf(into, target.name).queried = true;
}

const localOf = (into: Reading, name: string): Local => {
  const local = into.locals.get(name) ?? { assigned: [], queried: false };
  into.locals.set(name, local);
  return local;
};

/** The value of an expression, or the SELECT that the expression is the rest of. */
function valuesOf(sql: Sql, under: Expr | null, into: Reading): Assigned[] {
  const tree = treeOf(sql);
  if (tree.kind === "syntax-error") into.problem ??= `an expression in it does not parse: ${tree.message}`;
  const value = tree.kind === "expression" ? tree.expr : tree.kind === "statements" ? tree.statements[0]?.stmt : null;
  return value ? [{ value, under }] : [];
}

function treesOf(sql: Sql, into: Reading): unknown[] {
  if (sql.parse === "expression") return valuesOf(sql, null, into).map(({ value }) => value);
  const tree = treeOf(sql);
  if (tree.kind === "syntax-error") into.problem ??= `a statement in it does not parse: ${tree.message}`;
  return tree.kind === "statements" ? tree.statements : [];
}
