import type { PgFunction } from "../pg/catalog.ts";
import { as, type Expr } from "../pg/expr/node.ts";
import { columnRef } from "../pg/expr/reads.ts";
import { nameParts } from "../pg/expr/shape.ts";
import { bodyOf } from "./encode/body.ts";
import type { Side } from "./side.ts";

/**
 * Nodes of an expression that are surely part of the plan of a statement: relations of FROM and calls. The planner folds
 * constants first (eval_const_expressions of clauses.c), and with them what AND, OR, CASE, COALESCE and STRICT functions
 * need no more; it leaves out the select list of EXISTS and a query of WITH that nothing reads. Whatever is not surely
 * kept is left out here.
 */
export function* planned(side: Side, tree: Expr | undefined | null): Generator<Expr> {
  if (!tree) return;
  const bool = as("BoolExpr", tree);
  if (bool) {
    const args = bool.args ?? [];
    // one that is known decides, or leaves the others: only where none can be known are all kept
    if (bool.boolop === "NOT_EXPR" || args.every((arg) => isNeverConstant(side, arg)))
      for (const arg of args) yield* planned(side, arg);
    return;
  }
  const link = as("SubLink", tree);
  if (link) {
    yield* planned(side, link.testexpr);
    yield* plannedQuery(side, link.subselect, link.subLinkType !== "EXISTS_SUBLINK");
    return;
  }
  const operation = as("A_Expr", tree);
  if (operation) {
    const sides = [operation.lexpr, operation.rexpr];
    if (operation.kind === "AEXPR_OP" && sides.every((one) => one && (isNeverConstant(side, one) || isValue(one))))
      for (const one of sides) yield* planned(side, one);
    return;
  }
  const cast = as("TypeCast", tree);
  if (cast) yield* planned(side, cast.arg);
  const called = as("FuncCall", tree);
  if (called) {
    const args = called.args ?? [];
    const isKept = args.every((arg) => isNeverConstant(side, arg) || isValue(arg));
    // the value of a call with constants alone may be known
    if (isKept && (isNeverConstant(side, tree) || args.some((arg) => isNeverConstant(side, arg)))) yield tree;
    // a body in SQL may take the place of the call, and need no argument
    const isReplaced = ownFunctions(side, tree).some(({ language }) => language === "sql");
    if (isKept && !isReplaced) for (const arg of args) yield* planned(side, arg);
  }
  const branches = as("CaseExpr", tree);
  const whens = (branches?.args ?? []).map((arg) => as("CaseWhen", arg));
  if (branches && !branches.arg && whens.every((when) => when?.expr && isNeverConstant(side, when.expr)))
    for (const one of [...whens.flatMap((when) => [when?.expr, when?.result]), branches.defresult])
      yield* planned(side, one);
  const choices = as("CoalesceExpr", tree)?.args ?? [];
  if (choices.every((arg) => isNeverConstant(side, arg))) for (const arg of choices) yield* planned(side, arg);
}

/** FROM of a query stays, whatever its WHERE is (measured: `WHERE false`); a select list where it is asked for. */
function* plannedQuery(side: Side, query: Expr | undefined, withTargets: boolean): Generator<Expr> {
  const select = as("SelectStmt", query);
  // names of WITH may stand for relations
  if (!select || select.withClause) return;
  for (const arm of [select.larg, select.rarg]) if (arm) yield* plannedQuery(side, { SelectStmt: arm }, withTargets);
  for (const item of select.fromClause ?? []) yield* plannedFrom(side, item);
  yield* planned(side, select.whereClause);
  if (withTargets) for (const target of select.targetList ?? []) yield* planned(side, as("ResTarget", target)?.val);
}

function* plannedFrom(side: Side, item: Expr): Generator<Expr> {
  if (as("RangeVar", item)) yield item;
  const join = as("JoinExpr", item);
  for (const part of [join?.larg, join?.rarg]) if (part) yield* plannedFrom(side, part);
  if (join?.jointype === "JOIN_INNER") yield* planned(side, join.quals);
}

/** A constant other than NULL. */
function isValue(node: Expr): boolean {
  const constant = as("A_Const", node);
  const cast = as("TypeCast", node);
  return constant ? constant.isnull !== true : cast?.arg !== undefined && isValue(cast.arg);
}

/** The planner cannot know the value, whatever it folds: of a column, of a query, and of what surely depends on these. */
export function isNeverConstant(side: Side, node: Expr): boolean {
  if (columnRef(node) || as("SubLink", node) || as("SQLValueFunction", node)) return true;
  const bool = as("BoolExpr", node);
  if (bool) return (bool.args ?? []).every((arg) => isNeverConstant(side, arg));
  const cast = as("TypeCast", node);
  if (cast?.arg) return isNeverConstant(side, cast.arg);
  const operation = as("A_Expr", node);
  if (operation?.kind === "AEXPR_OP") {
    const sides = [operation.lexpr, operation.rexpr];
    return (
      sides.every((one) => one && (isNeverConstant(side, one) || isValue(one))) &&
      sides.some((one) => one && isNeverConstant(side, one))
    );
  }
  if (operation?.kind === "AEXPR_NULLIF")
    return operation.lexpr !== undefined && isNeverConstant(side, operation.lexpr);
  const [first] = as("CoalesceExpr", node)?.args ?? [];
  if (first) return isNeverConstant(side, first);
  const called = as("FuncCall", node);
  const args = called?.args ?? [];
  if (!called || !args.every((arg) => isNeverConstant(side, arg) || isValue(arg))) return false;
  const [name = "", schema] = nameParts(called.funcname).toReversed();
  const own = ownFunctions(side, node);
  return own.length > 0
    ? own.every((fn) => isNotFolded(side, fn))
    : (schema === undefined || schema === "pg_catalog") && STABLE.has(name) && args.every(isValue);
}

/** STABLE functions of pg_catalog that policies call with constants (pg_proc of 15 and 18). */
const STABLE = new Set(["current_setting", "now", "transaction_timestamp", "statement_timestamp"]);

/** A function that is called when the statement runs; a body in SQL may take the place of its call before. */
function isNotFolded(side: Side, fn: PgFunction): boolean {
  if (fn.volatility === "immutable") return false;
  const body = fn.language === "sql" ? bodyOf(fn) : null;
  return fn.language === "sql" ? body?.kind === "sql" && isNeverConstant(side, body.select) : true;
}

/** The project's functions that a call may mean; none where the name is one of pg_catalog too. */
export function ownFunctions(side: Side, node: Expr): readonly PgFunction[] {
  const [name = "", schema] = nameParts(as("FuncCall", node)?.funcname).toReversed();
  if (side.sharesName(name)) return [];
  return schema === undefined ? side.functionsNamed(name) : side.functions({ schema, name });
}
