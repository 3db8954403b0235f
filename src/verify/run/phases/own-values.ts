import { isSettable } from "../../../pg/context.ts";
import { quoteLiteral } from "../../../pg/identifier.ts";
import { deleteAttempts, insertAttempts, readAttempts, updateAttempts } from "../../attacks/index.ts";
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
      const attempts = [
        ...readAttempts(target, environment.targets, environment.surface, {
          limited: environment.sampled,
          prepared: !environment.sampled,
        }),
        ...insertAttempts(target, actor, environment.tenantSetting),
        ...updateAttempts(target, actor, environment.tenantSetting, !environment.sampled),
        ...deleteAttempts(target, actor, !environment.sampled),
      ].filter((attempt) => !run.privileged.get(actor.name)?.has(attempt.relation) && !before.has(controlKey(attempt)));
      await perform(run, { actor, attempts, standing });
    }
  }
}

/** The variables as the application would set them for this member; null: there are none. */
export function ownState(run: Run, { member }: Actor): SessionState | null {
  const settings = run.environment.context.variables.filter(isSettable).flatMap(({ setting }) => {
    const value = member?.values[setting];
    return value === undefined ? [] : [{ setting, value }];
  });
  if (settings.length === 0) return null;
  return {
    name: "own values",
    by: { kind: "own values" },
    setup: [],
    prelude: settings.map(
      ({ setting, value }) => `select set_config(${quoteLiteral(setting)}, ${quoteLiteral(value)}, true)`,
    ),
    opened: { kind: "variable", settings: settings.map(({ setting }) => setting) },
  };
}
