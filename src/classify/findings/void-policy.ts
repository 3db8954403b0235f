import { finding, type Finding } from "../../finding.ts";
import { equal } from "../../pg/expr/equal.ts";
import { as, type Expr } from "../../pg/expr/node.ts";
import { boolConst, conjuncts } from "../../pg/expr/shape.ts";
import { relationOf } from "../../pg/name.ts";
import { heldRoles } from "../../pg/role.ts";
import { atPolicy } from "./place.ts";
import { disjuncts, withoutInitPlan, type ReadPolicy, type Reading } from "./reading.ts";

/**
 * Permissive policies that let through nothing which another permissive policy of the same relation does not let through
 * for the same roles and commands. The implication is decided by the form of the conditions alone: AND, OR, `true`, and
 * equal parts.
 */
export function voidPolicyFindings(reading: Reading): Finding[] {
  return reading.policies.flatMap((one, place) => {
    if (!one.policy.permissive || one.trees.length === 0 || one.trees.every((tree) => boolConst(tree) === false))
      return [];
    const wider = reading.policiesOf(relationOf(one.policy)).find(
      (other) =>
        other !== one &&
        covers(reading, one, other) &&
        // Of two that are the same, the second is void.
        (!covers(reading, other, one) || reading.policies.indexOf(other) < place),
    );
    return wider
      ? [
          finding(
            "policy-adds-nothing",
            "warning",
            atPolicy(one.policy),
            `\`${wider.policy.name}\` lets through every row that it lets through, for the same roles and commands: it adds nothing`,
            "drop it, or, if it was meant to restrict, drop or narrow the wider policy: permissive policies are combined with OR",
          ),
        ]
      : [];
  });
}

/** True if every row and command that `one` lets through is let through by `other`. */
function covers(reading: Reading, one: ReadPolicy, other: ReadPolicy): boolean {
  const [inner, outer] = [one.policy, other.policy];
  if (!outer.permissive || (outer.command !== "ALL" && outer.command !== inner.command)) return false;
  const held = (role: string): boolean => {
    const groups = heldRoles(role, reading.catalog.roles);
    return outer.roles.some((group) => groups.has(group));
  };
  if (!inner.roles.every(held)) return false;
  const [read, found] = [one.using, other.using];
  const [written, checked] = [one.check ?? one.using, other.check ?? other.using];
  const forReading = inner.command === "INSERT" || implies(read, found);
  const forWriting = inner.command === "SELECT" || inner.command === "DELETE" || implies(written, checked);
  return forReading && forWriting;
}

/** A missing expression lets nothing through. */
const implies = (one: Expr | null, other: Expr | null): boolean =>
  one === null || (other !== null && treeImplies(withoutInitPlan(one), withoutInitPlan(other)));

function treeImplies(one: Expr, other: Expr): boolean {
  if (boolConst(other) === true || boolConst(one) === false || equal(one, other)) return true;
  if (isBool(one, "OR_EXPR")) return disjuncts(one).every((part) => treeImplies(part, other));
  if (isBool(other, "AND_EXPR")) return conjuncts(other).every((part) => treeImplies(one, part));
  return (
    (isBool(one, "AND_EXPR") && conjuncts(one).some((part) => treeImplies(part, other))) ||
    (isBool(other, "OR_EXPR") && disjuncts(other).some((part) => treeImplies(one, part)))
  );
}

const isBool = (node: Expr, operator: "AND_EXPR" | "OR_EXPR"): boolean => as("BoolExpr", node)?.boolop === operator;
