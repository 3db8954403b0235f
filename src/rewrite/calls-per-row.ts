import { as } from "../pg/expr/node.ts";
import { parseExpr } from "../pg/expr/parse.ts";
import { initPlanTarget } from "../pg/expr/shape.ts";
import { some } from "../pg/expr/walk.ts";
import { transform } from "../pg/expr/transform.ts";
import type { Policy } from "../pg/policy.ts";

/**
 * The function calls in the expressions of policies that stand outside of an uncorrelated scalar sub-query: what the
 * InitPlan form takes away of them is evaluated once a statement instead of once a row.
 */
export function callsPerRow(policies: readonly Policy[]): number {
  let calls = 0;
  for (const text of policies.flatMap(({ using, check }) => [using, check])) {
    if (text === null) continue;
    transform(parseExpr(text), (node, descend) => {
      const target = initPlanTarget(node);
      if (target && !some(target, (inner) => as("ColumnRef", inner) !== null)) return node;
      if (as("FuncCall", node)) calls += 1;
      return descend();
    });
  }
  return calls;
}
