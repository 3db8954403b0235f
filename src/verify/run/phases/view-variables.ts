import { viewAttempts } from "../../attacks/index.ts";
import { viewsOfVariables } from "../../environment/index.ts";
import { nameKey } from "../../../pg/name.ts";
import { perform } from "../run.ts";
import { variableStates } from "../session-states.ts";
import type { Run } from "../state.ts";

/**
 * Views whose own definition reads a session variable, a header or a cookie, with each of them set: behind a view with
 * its owner's rights no policy holds that could compare the tenant.
 */
export async function viewVariables(run: Run): Promise<void> {
  const { environment } = run;
  const reading = viewsOfVariables(environment.catalog, environment.surface);
  const attempts = environment.catalog.relations
    .filter((view) => (view.kind === "view" || view.kind === "materialized view") && reading.has(nameKey(view)))
    .flatMap((view) => viewAttempts(view, environment.surface, environment.targets));
  if (attempts.length === 0) return;
  const standings = variableStates(environment);
  for (const actor of run.actors.filter(({ class: cls }) => cls === "member" || cls === "anon"))
    for (const standing of standings) await perform(run, { actor, attempts, standing });
}
