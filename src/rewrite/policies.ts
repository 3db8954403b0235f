import { groupBy } from "../pg/group-by.ts";
import type { Draft, PolicyRule, PolicyRuleOptions } from "./policy-rule.ts";
import { denyPolicy } from "./rules/deny-policy.ts";
import { splitForAll } from "./rules/split-for-all.ts";
import { toAuthenticated } from "./rules/to-authenticated.ts";

/** The rules on the policies of a relation, in the order in which they apply. */
export const POLICY_RULES: readonly PolicyRule[] = [denyPolicy, toAuthenticated, splitForAll];

/** Run the policy rules over all relations. Drafts keep their order. */
export function applyPolicyRules(drafts: readonly Draft[], options: PolicyRuleOptions): Draft[] {
  const result = new Map<Draft, Draft>();
  for (const group of groupBy(drafts, ({ before }) => `${before.schema}\0${before.relation}`).values()) {
    let current: readonly Draft[] = group;
    for (const rule of POLICY_RULES) current = rule.rewrite(current, options);
    // a split may leave a part that is always false
    current = denyPolicy.rewrite(current, options);
    for (const [index, draft] of group.entries()) result.set(draft, current[index] ?? draft);
  }
  return drafts.map((draft) => result.get(draft) ?? draft);
}
