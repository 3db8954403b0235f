import { equal } from "../pg/expr/equal.ts";
import { as, type Expr } from "../pg/expr/node.ts";
import { boolConst, conjuncts, disjuncts } from "../pg/expr/shape.ts";
import { sql } from "../pg/expr/print.ts";
import { transform } from "../pg/expr/transform.ts";

/**
 * Fold boolean constants through AND, OR, NOT and COALESCE. Exact in three-valued logic: `x AND true` is x,
 * `x AND false` is false, `x OR false` is x, `x OR true` is true, also for a NULL x (Postgres manual 9.1).
 */
export function simplifyBooleans(tree: Expr): Expr {
  return transform(tree, (_, descend) => fold(descend()));
}

function fold(node: Expr): Expr {
  const bool = as("BoolExpr", node);
  if (bool) {
    const args = bool.args ?? [];
    if (bool.boolop === "NOT_EXPR") {
      const value = boolConst(args[0]);
      return value === null ? node : constant(!value);
    }
    const absorbing = bool.boolop === "OR_EXPR";
    if (args.some((arg) => boolConst(arg) === absorbing)) return constant(absorbing);
    const rest = args.filter((arg) => boolConst(arg) === null);
    if (rest.length === args.length) return node;
    const [only] = rest;
    if (only === undefined) return constant(!absorbing);
    return rest.length === 1 ? only : { BoolExpr: { ...bool, args: rest } };
  }
  const filled = as("CoalesceExpr", node)?.args;
  const first = filled?.[0];
  // COALESCE(false, …): the first argument is never NULL
  return first !== undefined && boolConst(first) !== null ? first : node;
}

/**
 * AND and OR without an operand that stands in it already, in nested ones of the same kind too: `(a OR b) OR a` is
 * `a OR b`, also where one of them is NULL. The same node where nothing is repeated.
 */
export function withoutRepeats(node: Expr): Expr {
  const bool = as("BoolExpr", node);
  if (!bool || bool.boolop === "NOT_EXPR") return node;
  const all = bool.boolop === "AND_EXPR" ? conjuncts(node) : disjuncts(node);
  const once = all.filter((one, n) => !all.slice(0, n).some((other) => equal(one, other)));
  const [only] = once;
  if (only === undefined || once.length === all.length) return node;
  return once.length === 1 ? only : { BoolExpr: { ...bool, args: once } };
}

const constant = (value: boolean): Expr => sql(value ? "true" : "false");
