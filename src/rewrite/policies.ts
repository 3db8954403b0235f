import { relationKey, relationOf, type QualifiedName } from "../pg/name.ts";
import { groupBy } from "../pg/group-by.ts";
import { policyId, type PolicyId } from "../pg/policy.ts";
import type { Draft, Holders, PolicyRule, PolicyRuleOptions } from "./policy-rule.ts";
import { denyPolicy } from "./rules/deny-policy.ts";
import { mergePermissive } from "./rules/merge-permissive.ts";
import { splitForAll } from "./rules/split-for-all.ts";
import { toAuthenticated } from "./rules/to-authenticated.ts";

/** The rules on the policies of a relation, in the order in which they apply. */
export const POLICY_RULES: readonly PolicyRule[] = [denyPolicy, toAuthenticated, splitForAll, mergePermissive];

/** Apply the policy rules to all relations. Drafts keep their order. */
export function applyPolicyRules(
  drafts: readonly Draft[],
  options: PolicyRuleOptions,
  holders: (relation: QualifiedName) => Holders,
): Draft[] {
  const result = new Map<PolicyId, Draft>();
  for (const group of groupBy(drafts, ({ before }) => relationKey(before)).values()) {
    const [first] = group;
    if (!first) continue;
    const of = holders(relationOf(first.before));
    let current: readonly Draft[] = group;
    for (const rule of POLICY_RULES) current = rule.rewrite(current, options, of);
    // A split may produce a policy that is always false.
    current = denyPolicy.rewrite(current, options, of);
    for (const draft of current) result.set(policyId(draft.before), draft);
  }
  return drafts.map((draft) => result.get(policyId(draft.before)) ?? draft);
}
