import { as, type Expr } from "../pg/expr/node.ts";
import { parseExpr } from "../pg/expr/parse.ts";
import { printExpr, sql } from "../pg/expr/print.ts";
import { transform } from "../pg/expr/transform.ts";
import { some } from "../pg/expr/walk.ts";

/**
 * The parts of a condition that read no row and that a plan may evaluate before anything else, or while it estimates:
 * `(auth.jwt() ->> 'x')::uuid`. The later branches of CASE and COALESCE are left out, since nothing evaluates them unless
 * the first ones say so.
 */
export const unconditional = (condition: string): string[] => [
  ...new Set(partsOf(parseExpr(condition)).map((node) => printExpr(node))),
];

/**
 * The condition with those of its parts that are compared with something in `(select …)`, which is evaluated once and not
 * for each row: the same for a request for which none of them raises an error. `isStable`: the function that a node calls
 * returns the same within a statement.
 */
export function evaluatedOnce(condition: string, isStable: (node: Expr) => boolean): string {
  const tree = parseExpr(condition);
  const parts = new Set(partsOf(tree).filter((node) => isSteady(node, isStable)));
  const wrapped = (node: Expr): Expr =>
    parts.has(node) && !as("SubLink", node) ? sql(`(select ${printExpr(node)})`) : node;
  const changed = transform(tree, (node, descend) => {
    const { kind, lexpr, rexpr } = as("A_Expr", node) ?? {};
    const comparison = as("A_Expr", node);
    if (!comparison || kind !== "AEXPR_OP" || !lexpr || !rexpr) return descend();
    const [left, right] = [wrapped(lexpr), wrapped(rexpr)];
    return left === lexpr && right === rexpr ? descend() : { A_Expr: { ...comparison, lexpr: left, rexpr: right } };
  });
  return changed === tree ? condition : printExpr(changed);
}

/** Every function in it returns the same within a statement. */
const isSteady = (tree: Expr, isStable: (node: Expr) => boolean): boolean =>
  !some(tree, (node) => as("FuncCall", node) !== null && !isStable(node));

function partsOf(tree: Expr): Expr[] {
  const found: Expr[] = [];
  visit(tree, found);
  return found;
}

function visit(node: Expr, found: Expr[]): void {
  const bool = as("BoolExpr", node);
  if (bool) return void bool.args?.forEach((arg) => visit(arg, found));
  if (!readsRows(node)) {
    if (some(node, (inner) => as("FuncCall", inner) !== null || as("SQLValueFunction", inner) !== null))
      found.push(node);
    return;
  }
  const branches = as("CaseExpr", node);
  if (branches) {
    const first = branches.arg ?? as("CaseWhen", branches.args?.[0])?.expr;
    return first ? visit(first, found) : undefined;
  }
  const [choice] = as("CoalesceExpr", node)?.args ?? [];
  if (choice) return visit(choice, found);
  // what a sub-query over rows evaluates depends on its rows
  if (as("SubLink", node)) return;
  for (const child of childrenOf(Object.values(node)[0])) visit(child, found);
}

const readsRows = (node: Expr): boolean =>
  some(
    node,
    (inner) => as("ColumnRef", inner) !== null || as("RangeVar", inner) !== null || as("RangeFunction", inner) !== null,
  );

function childrenOf(value: unknown): Expr[] {
  if (Array.isArray(value)) return value.flatMap((item: unknown) => (isExpr(item) ? [item] : childrenOf(item)));
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap((item: unknown) => (isExpr(item) ? [item] : childrenOf(item)));
}

const EXPRESSION = new Set([
  "BoolExpr",
  "A_Expr",
  "TypeCast",
  "FuncCall",
  "SubLink",
  "CaseExpr",
  "CoalesceExpr",
  "NullTest",
  "BooleanTest",
  "A_ArrayExpr",
  "List",
  "A_Indirection",
  "RowExpr",
  "MinMaxExpr",
  "SQLValueFunction",
  "CollateClause",
]);

const isExpr = (value: unknown): value is Expr =>
  typeof value === "object" &&
  value !== null &&
  Object.keys(value).some((key) => EXPRESSION.has(key)) &&
  Object.keys(value).length === 1;
