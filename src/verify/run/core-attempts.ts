import type { Attempt } from "../matrix/index.ts";
import type { Actor } from "../personas/index.ts";
import type { Run } from "./state.ts";
import { deleteAttempts, insertAttempts, readAttempts, updateAttempts } from "../attacks/index.ts";

const CORE = new Set([
  "read",
  "insert into another tenant",
  "update a foreign row",
  "delete a foreign row",
  "move own row to another tenant",
  "take a foreign row over",
]);

/**
 * The attempts that are repeated for every way of setting variables: one statement of each kind, on every table with
 * foreign rows.
 */
export const core = (run: Run, actor: Actor): Attempt[] =>
  [...run.ground.targets.values()]
    .flatMap((target) => [
      ...readAttempts(target, run.ground.targets, run.ground.surface, {
        limited: run.ground.sampled,
        prepared: !run.ground.sampled,
      }),
      ...insertAttempts(target, actor, run.ground.tenantSetting),
      ...updateAttempts(target, actor, run.ground.tenantSetting, false),
      ...deleteAttempts(target, actor, false),
    ])
    .filter(({ attack, relation }) => CORE.has(attack) && run.ground.targets.get(relation)?.own !== null);
