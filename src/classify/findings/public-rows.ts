import { finding, type Finding } from "../../finding.ts";
import { as, type Expr } from "../../pg/expr/node.ts";
import { columnRef } from "../../pg/expr/reads.ts";
import { boolConst, conjuncts } from "../../pg/expr/shape.ts";
import { some } from "../../pg/expr/walk.ts";
import { printExpr } from "../../pg/expr/print.ts";
import { relationOf } from "../../pg/name.ts";
import { atPolicy, quoted } from "./place.ts";
import { disjuncts, type Reading } from "./reading.ts";
import { subjects } from "./subjects.ts";

/**
 * FOR ALL policies that open rows by a column alone (`is_public or owner = …`): USING decides about UPDATE and DELETE as
 * well, so everybody who may read such a row may change and delete it.
 */
export function publicRowFindings(reading: Reading): Finding[] {
  return reading.policies.flatMap(({ policy, using, check }) => {
    if (policy.command !== "ALL" || !policy.permissive || using === null) return [];
    const branches = disjuncts(using);
    const open = branches.filter((branch) => conjuncts(branch).every(isPlainTest));
    const decidedByCaller = branches.some((branch) => !open.includes(branch) && some(branch, asksCaller));
    const writers = subjects(reading, policy, true);
    const restricted = reading
      .policiesOf(relationOf(policy))
      .some(({ policy: other }) => !other.permissive && other.command !== "SELECT");
    if (open.length === 0 || !decidedByCaller || writers.length === 0 || restricted) return [];
    return [
      finding(
        "for-all-opens-writing",
        "error",
        atPolicy(policy),
        `it is FOR ALL, and rows with ${quoted(open.map((branch) => printExpr(branch)))} pass its USING for every caller: ${quoted(writers)} may ${check === null ? "insert, change and delete" : "change and delete"} them`,
        "split it: a SELECT policy with the whole condition, and policies for writing without the branch that looks at no caller",
      ),
    ];
  });
}

/** A call or a sub-query, which can take something from the request. */
const asksCaller = (node: Expr): boolean =>
  as("FuncCall", node) !== null || as("SubLink", node) !== null || as("SQLValueFunction", node) !== null;

/** A condition on columns and constants alone: `is_public`, `status = 'published'`, `org_id is null`. */
function isPlainTest(node: Expr): boolean {
  return boolConst(node) === null && some(node, (inner) => columnRef(inner) !== null) && !some(node, asksCaller);
}
