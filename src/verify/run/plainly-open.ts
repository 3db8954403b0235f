import { matchesName } from "../../pg/name-pattern.ts";
import { tableAttempts } from "../attacks/index.ts";
import { tupleKey, runAttempts } from "../matrix/index.ts";
import { judge } from "../judge/index.ts";
import { targetsFor, type Run } from "./state.ts";

/** Find the commands that plain members get through with, and record the cells that depend on that. */
export async function settleLater(run: Run): Promise<void> {
  const { later } = run;
  run.later = null;
  await findPlainlyOpen(run);
  for (const recorded of later ?? []) recorded();
}

/**
 * Find the commands that members get through with if a policy's breach is declared: an odd token that gets through as
 * well is then no breach of its claims.
 */
async function findPlainlyOpen(run: Run): Promise<void> {
  const { environment, options, actors } = run;
  const entries = options.config.expected.filter(({ door }) => door === "policy");
  for (const actor of actors.filter(({ class: cls }) => cls === "member"))
    for (const target of targetsFor(run, actor).values()) {
      if (!entries.some(({ object }) => matchesName(object, target.name))) continue;
      const attempts = tableAttempts(target, actor, environment);
      const batch = { role: actor.role, claims: actor.claims, setup: [], prelude: [], preludeWrites: false, attempts };
      const answers = await environment.transaction(async () => runAttempts(environment.db, batch, run.probes));
      for (const [n, attempt] of attempts.entries()) {
        const answer = answers[n];
        if (!answer || !judge(attempt, actor, answer, run.facts).crosses) continue;
        run.plainlyOpen.add(tupleKey(target.name, attempt.command));
        if (attempt.command === "SELECT") run.plainlyOpen.add(tupleKey(target.name, "COPY"));
      }
    }
}
