import { settingStatements } from "../../../request/index.ts";
import { ownSettings, tableAttempts } from "../../attacks/index.ts";
import type { Actor } from "../../personas/index.ts";
import { perform } from "../run.ts";
import type { SessionState } from "../session-state.ts";
import { controlKey } from "../settling.ts";
import { targetsFor, type Run } from "../state.ts";

/**
 * Tables of which a member reaches no row without session variables, or not by each command: the same statements with
 * the variables of its own tenant, as the application sets them.
 */
export async function ownValues(run: Run): Promise<void> {
  const { environment, settling } = run;
  const before = new Set(settling.reached);
  for (const actor of run.actors.filter(({ class: cls }) => cls === "member")) {
    const standing = ownState(run, actor);
    if (standing === null) continue;
    for (const target of targetsFor(run, actor).values()) {
      const attempts = tableAttempts(target, actor, environment).filter(
        (attempt) => !run.privileged.get(actor.name)?.has(attempt.relation) && !before.has(controlKey(attempt)),
      );
      await perform(run, { actor, attempts, standing });
    }
  }
}

/** The variables as the application would set them for this member; null: there are none. */
export function ownState(run: Run, { member }: Actor): SessionState | null {
  const settings = member === null ? {} : ownSettings(run.environment.context, member);
  const names = Object.keys(settings);
  return names.length === 0
    ? null
    : {
        name: "own values",
        by: { kind: "own values" },
        setup: [],
        prelude: settingStatements(settings),
        opened: { kind: "variable", settings: names },
      };
}
