import { as, type Expr } from "../pg/expr/node.ts";
import { boolConst } from "../pg/expr/shape.ts";
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

const constant = (value: boolean): Expr => sql(value ? "true" : "false");
