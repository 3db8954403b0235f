import { as, type Expr } from "../../pg/expr/node.ts";
import { columnRef } from "../../pg/expr/reads.ts";
import { conjuncts, nameParts } from "../../pg/expr/shape.ts";
import { walk } from "../../pg/expr/walk.ts";
import { builtInOperator } from "./called.ts";
import type { Encoder } from "./context.ts";
import type { Frame } from "./frame.ts";

/** Comparisons of pg_catalog that are STRICT: NULL where one side is (pg_operator and pg_proc of 15 and 18). */
const STRICT = new Set(["=", "<>", "<", "<=", ">", ">=", "~~", "~~*", "!~~", "^@"]);

/**
 * WHERE is not true where the columns of a part of FROM are all NULL: a condition of it compares one of them, or asks
 * that it is not NULL. The planner takes an outer join for an inner one then as well (reduce_outer_joins of
 * prepjointree.c).
 */
export function rejectsNulls(encoder: Encoder, where: Expr | undefined, part: Expr, frame: Frame): boolean {
  if (!where) return false;
  const aliases = new Set<string>();
  walk(part, (node) => {
    const range = as("RangeVar", node);
    const alias = range?.alias?.aliasname ?? range?.relname;
    if (alias !== undefined) aliases.add(alias);
    // a sub-query gives NULLs where the join found no row of it, whatever its expressions are
    const derived = as("RangeSubselect", node)?.alias?.aliasname;
    if (derived !== undefined) aliases.add(derived);
    return as("SubLink", node) === null && as("RangeSubselect", node) === null;
  });
  const isOfPart = (node: Expr | undefined): boolean => {
    const parts = node && columnRef(node);
    return parts ? parts.length > 1 && aliases.has(parts.at(-2) ?? "") : false;
  };
  return conjuncts(where).some((condition) => {
    const test = as("NullTest", condition);
    if (test) return test.nulltesttype === "IS_NOT_NULL" && isOfPart(test.arg);
    if (isOfPart(condition)) return true;
    const compared = as("A_Expr", condition);
    if (compared?.kind !== "AEXPR_OP" && compared?.kind !== "AEXPR_LIKE") return false;
    const operator = builtInOperator(encoder.side, frame, nameParts(compared.name));
    return operator !== null && STRICT.has(operator) && [compared.lexpr, compared.rexpr].some(isOfPart);
  });
}
