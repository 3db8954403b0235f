import { parseExpr } from "../pg/expr/parse.ts";
import { settingRead } from "../pg/expr/reads.ts";
import { some } from "../pg/expr/walk.ts";
import { policyId } from "../pg/policy.ts";
import type { Plan } from "../plan/plan.ts";
import type { State } from "./state.ts";

/** Policies that would still read a variable that the plan retires, a line each; those that the config keeps are left out. */
export function stillReading(plan: Plan, after: State): string[] {
  const retired = new Set(plan.retired);
  const kept = new Set(plan.policies.filter(({ outcome }) => outcome === "kept").map(({ before }) => policyId(before)));
  return after.relations.flatMap(({ policies }) =>
    policies.flatMap((policy) => {
      if (kept.has(policyId(policy))) return [];
      const read = new Set<string>();
      for (const text of [policy.using, policy.check])
        if (text !== null)
          some(parseExpr(text), (node) => {
            const setting = settingRead(node)?.setting;
            if (setting !== undefined && retired.has(setting)) read.add(setting);
            return false;
          });
      return [...read].map((setting) => `${policyId(policy)} would still read \`${setting}\``);
    }),
  );
}
