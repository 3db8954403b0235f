import { finding, type Finding } from "../../finding.ts";
import { relationKey, relationOf } from "../../pg/name.ts";
import type { Policy } from "../../pg/policy.ts";
import { atPolicy } from "./place.ts";
import type { Reading } from "./reading.ts";

/**
 * Policies without an expression. A permissive one without USING adds nothing to what may be read, and a restrictive one
 * without it takes nothing away (rowsecurity.c, add_security_quals; measured on PostgreSQL 15).
 */
export function withoutExpressionFindings(reading: Reading): Finding[] {
  return reading.policies.flatMap(({ policy }) => {
    const isEmpty = policy.using === null && policy.check === null;
    // USING decides which rows an UPDATE finds; without it, WITH CHECK is never evaluated.
    const findsNoRow = policy.command === "UPDATE" && policy.using === null;
    if (!isEmpty && !findsNoRow) return [];
    const lacks = isEmpty ? "neither USING nor WITH CHECK" : "no USING";
    const alone =
      policy.permissive && !hasOther(reading, policy)
        ? `, and nothing else opens \`${relationKey(policy)}\` to its roles`
        : "";
    return [
      finding(
        "policy-without-expression",
        "warning",
        atPolicy(policy),
        policy.permissive
          ? `it has ${lacks} and lets nothing through${alone}`
          : `it has ${lacks} and restricts nothing`,
        "write the condition that was meant with ALTER POLICY; some tools drop it when they write the policy",
      ),
    ];
  });
}

const hasOther = (reading: Reading, policy: Policy): boolean =>
  reading
    .policiesOf(relationOf(policy))
    .some(
      ({ policy: other }) =>
        other !== policy &&
        other.permissive &&
        (other.using !== null || other.check !== null) &&
        (other.roles.includes("public") || policy.roles.some((role) => other.roles.includes(role))),
    );
