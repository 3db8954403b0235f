import { nameKey, relationKey, relationOf, type NameKey } from "../pg/name.ts";
import type { QualifiedName } from "../pg/name.ts";
import type { Plan } from "../plan/index.ts";
import type { PlanFacts } from "./criteria/index.ts";

const COMMANDS = ["SELECT", "INSERT", "UPDATE", "DELETE"] as const;

/** What a plan says about what is to be watched. */
export function planFacts(plan: Plan): PlanFacts {
  const touched = new Map<string, { relation: NameKey; command: (typeof COMMANDS)[number] }>();
  for (const { outcome, before, after } of plan.policies) {
    if (outcome === "unchanged" || outcome === "kept") continue;
    for (const policy of [before, ...after])
      for (const command of policy.command === "ALL" ? COMMANDS : [policy.command]) {
        const relation = relationKey(policy);
        touched.set(`${relation} ${command}`, { relation, command });
      }
  }
  return {
    touched: [...touched.values()],
    retired: plan.retired,
    dropped: plan.steps.flatMap(({ change }) => (change.kind === "dropped-function" ? [nameKey(change.before)] : [])),
    claims: [...new Set(plan.context.variables.map(({ claim }) => claim.join(".")))],
  };
}

/** The relations whose policies or defaults a plan changes. */
export const relationsOf = (plan: Plan): QualifiedName[] => [
  ...new Map(
    [
      ...plan.policies.flatMap(({ outcome, before }) =>
        outcome === "unchanged" || outcome === "kept" ? [] : [relationOf(before)],
      ),
      ...plan.steps.flatMap(({ object }) =>
        object.kind === "policy" || object.kind === "column" ? [relationOf(object)] : [],
      ),
    ].map((relation) => [nameKey(relation), relation]),
  ).values(),
];
