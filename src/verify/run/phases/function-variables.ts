import { functionAttempts } from "../../attacks/index.ts";
import { functionsOfVariables } from "../../environment/index.ts";
import type { Attempt } from "../../matrix/index.ts";
import { callablesOf, perform, sourceOf } from "../run.ts";
import { variableStates } from "../session-states.ts";
import type { SessionState } from "../session-state.ts";
import type { Run } from "../state.ts";

/**
 * SECURITY DEFINER functions that read a session variable, a header or a cookie, with each of them set to the victim's
 * value: no policy holds behind them that could compare the tenant. Of the ways to set a variable one is enough, since a
 * function cannot tell them apart.
 */
export async function functionVariables(run: Run): Promise<void> {
  const { environment } = run;
  const source = sourceOf(environment);
  const reading = functionsOfVariables(environment.catalog);
  const found = callablesOf(environment).filter(
    ({ runs, setter }) => setter === null && runs.some((fn) => fn.securityDefiner && reading.has(fn)),
  );
  if (found.length === 0) return;
  const standings = variableStates(environment).filter(isOneWay);
  const actors = [
    ...run.actors.filter(({ class: cls }) => cls === "member").slice(0, 1),
    ...run.actors.filter(({ class: cls }) => cls === "anon"),
  ];
  for (const actor of actors) {
    const attempts = found.flatMap((callable) => functionAttempts(callable, actor, source).filter(isOwnCall));
    for (const standing of standings) await perform(run, { actor, attempts, standing });
  }
}

const isOneWay = ({ by }: SessionState): boolean => by.kind !== "victim's values" || by.way === "set_config";

const isOwnCall = ({ form }: Attempt): boolean => form.kind === "call" && form.whose === "own";
