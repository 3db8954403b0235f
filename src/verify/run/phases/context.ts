import type { Actor } from "../../personas/index.ts";
import { core, fewest } from "../core-attempts.ts";
import { callables } from "../../attacks/index.ts";
import type { Run } from "../state.ts";
import { perform, sourceOf } from "../run.ts";
import { functionStandings, leftovers, variableStates, type Leftover } from "../session-states.ts";

/**
 * Variables set to another tenant's values: by the persona itself, through functions, and left over from an earlier
 * transaction.
 */
export async function context(run: Run): Promise<void> {
  const { environment } = run;
  const source = sourceOf(environment);
  const members = run.actors.filter(({ class: cls }) => cls === "member");
  const anon = run.actors.filter(({ class: cls }) => cls === "anon");
  const standings = variableStates(environment);
  const found = callables(environment.catalog, environment.facts, environment.setters, source);
  for (const [n, actor] of [...members, ...anon].entries()) {
    run.options.progress.tick("context", n, members.length + anon.length);
    const attempts = core(run, actor);
    for (const standing of standings) await perform(run, { actor, attempts, standing });
  }
  for (const actor of [...members.slice(0, 1), ...members.slice(-1), ...anon].filter(
    (one, n, all) => all.indexOf(one) === n,
  )) {
    const attempts = core(run, actor);
    for (const standing of functionStandings(environment, found, actor, source)) {
      const [first, ...rest] = attempts;
      if (!first) continue;
      // a call that raises an error sets no variable: one cell records that
      let raised = false;
      await perform(run, { actor, attempts: [first], standing }, (_, judged) => {
        raised = judged.outcome.kind === "not settled" && judged.outcome.cause.kind === "variable";
        return judged;
      });
      if (!raised) await perform(run, { actor, attempts: rest, standing });
    }
  }
  for (const left of leftovers(environment)) await withLeft(run, members, left);
}

/** Attack with session variables that an earlier transaction has left behind. */
async function withLeft(run: Run, members: readonly Actor[], left: Leftover): Promise<void> {
  const { environment } = run;
  // committed: a setting is no row, and it is reset afterwards
  await environment.finish();
  await environment.db.exec(`begin; ${left.set.join("; ")}; commit`);
  try {
    await environment.withLeftSettings(async () => {
      for (const actor of members)
        await perform(run, {
          actor,
          attempts: fewest(run, actor),
          standing: {
            name: "left over from an earlier transaction",
            by: { kind: "leftover" },
            setup: [],
            prelude: [],
            earlier: [...left.set],
            opened: left.opened,
          },
        });
    });
  } finally {
    await environment.finish();
    await environment.db.exec(left.clear.join("; "));
  }
}
