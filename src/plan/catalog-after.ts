import type { Catalog } from "../pg/catalog.ts";
import type { Plan } from "./plan.ts";

/**
 * The catalog after every step has run: policies and functions changed, everything else unchanged. Pure; used by the
 * prover.
 */
export function catalogAfter(catalog: Catalog, plan: Plan): Catalog {
  const functions = [...catalog.functions];
  for (const { change } of plan.steps) {
    if (change.kind !== "function") continue;
    const { after } = change;
    const at = functions.findIndex(
      (fn) => fn.schema === after.schema && fn.name === after.name && fn.identityArguments === after.identityArguments,
    );
    if (at < 0) functions.push(after);
    else functions[at] = after;
  }
  return { ...catalog, functions, policies: plan.policies.flatMap((outcome) => outcome.after) };
}
