import type { Catalog, PgFunction } from "../pg/catalog.ts";
import type { Plan } from "./plan.ts";

/**
 * The catalog after every step has run: policies and functions changed, everything else unchanged. Pure; used by the
 * prover.
 */
export function catalogAfter(catalog: Catalog, plan: Plan): Catalog {
  const functions = [...catalog.functions];
  for (const { change } of plan.steps) {
    if (change.kind === "dropped-function") {
      const gone = functions.findIndex((fn) => isSameRoutine(fn, change.before));
      if (gone >= 0) functions.splice(gone, 1);
    }
    if (change.kind !== "function") continue;
    const { after } = change;
    const at = functions.findIndex((fn) => isSameRoutine(fn, after));
    if (at < 0) functions.push(after);
    else functions[at] = after;
  }
  return { ...catalog, functions, policies: plan.policies.flatMap((outcome) => outcome.after) };
}

const isSameRoutine = (a: PgFunction, b: PgFunction): boolean =>
  a.schema === b.schema && a.name === b.name && a.identityArguments === b.identityArguments;
