import { tableAttempts } from "../../attacks/index.ts";
import type { Attempt, PlainForm } from "../../matrix/index.ts";
import { isPlain } from "../../matrix/index.ts";
import { perform } from "../run.ts";
import { ownState } from "./own-values.ts";
import { controlKey, giveUp } from "../settling.ts";
import { targetsFor, type Run } from "../state.ts";

const OWN = new Set<PlainForm>(["read", "insert own", "insert own again", "update own", "delete own"]);

/**
 * The control of cells that reached no foreign row: as each member, with the claims and the session variables of its
 * own tenant, read and write rows of its own where none has been reached yet. What none reaches then is not settled.
 */
export async function controls(run: Run): Promise<void> {
  const { environment, settling } = run;
  const members = run.actors.filter(
    ({ class: cls, tenant }) => cls === "member" || (cls === "other role" && tenant !== null),
  );
  for (const actor of members) {
    if (settling.waiting.size === 0) break;
    const attempts = [...targetsFor(run, actor).values()].flatMap((target): Attempt[] =>
      tableAttempts(target, actor, environment, { prepared: false })
        .filter(({ command }) => environment.writes || command === "SELECT")
        .filter((attempt) => isPlain(attempt, OWN) && settling.waiting.has(controlKey(attempt)))
        .map((attempt) => ({ ...attempt, judge: { kind: "control" } })),
    );
    await perform(run, { actor, attempts, standing: ownState(run, actor) });
  }
  giveUp(settling);
}
