import { as } from "../pg/expr/node.ts";
import { parseExpr } from "../pg/expr/parse.ts";
import { walk } from "../pg/expr/walk.ts";
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
    functions: [...new Set([...changedFunctions(plan), ...calledFunctions(plan)])],
  };
}

const changedFunctions = ({ steps }: Plan): string[] =>
  steps.flatMap(({ object }) => (object.kind === "function" ? [object.name] : []));

const calledFunctions = ({ policies }: Plan): string[] =>
  policies.flatMap(({ after }) =>
    after.flatMap(({ using, check }) =>
      [using, check].flatMap((text) => {
        const names: string[] = [];
        if (text !== null)
          walk(parseExpr(text), (node) => {
            const [name] = as("FuncCall", node)?.funcname?.slice(-1) ?? [];
            const string = as("String", name)?.sval;
            if (string !== undefined) names.push(string);
          });
        return names;
      }),
    ),
  );

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
