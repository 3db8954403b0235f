import { as, type Expr } from "../pg/expr/node.ts";
import { parseExpr } from "../pg/expr/parse.ts";
import { printExpr } from "../pg/expr/print.ts";
import { some } from "../pg/expr/walk.ts";

/**
 * The parts of a condition that read no row and that a plan may evaluate before anything else, or while it estimates:
 * `(auth.jwt() ->> 'x')::uuid`. The later branches of CASE and COALESCE are left out, since nothing evaluates them unless
 * the first ones say so.
 */
export function unconditional(condition: string): string[] {
  const found = new Map<string, Expr>();
  visit(parseExpr(condition), found);
  return [...found.keys()];
}

function visit(node: Expr, found: Map<string, Expr>): void {
  const bool = as("BoolExpr", node);
  if (bool) return void bool.args?.forEach((arg) => visit(arg, found));
  if (!readsRows(node)) {
    if (some(node, (inner) => as("FuncCall", inner) !== null || as("SQLValueFunction", inner) !== null))
      found.set(printExpr(node), node);
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
