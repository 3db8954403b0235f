import type { TestEnvironment, Target } from "../environment/index.ts";
import type { Attempt } from "../matrix/index.ts";
import type { Actor } from "../personas/index.ts";
import { deleteAttempts } from "./delete.ts";
import { insertAttempts } from "./insert.ts";
import { readAttempts } from "./read.ts";
import { updateAttempts } from "./update.ts";

/**
 * Every direct read and write of one table by one persona. `prepared`: rows may be changed before a statement; a live
 * database has none that may be.
 */
export const tableAttempts = (
  target: Target,
  actor: Actor,
  {
    targets,
    surface,
    sampled,
    tenantSetting,
  }: Pick<TestEnvironment, "targets" | "surface" | "sampled" | "tenantSetting">,
  { prepared = !sampled }: { prepared?: boolean } = {},
): Attempt[] => [
  ...readAttempts(target, targets, surface, { limited: sampled, prepared }),
  ...insertAttempts(target, actor, tenantSetting),
  ...updateAttempts(target, actor, tenantSetting, prepared),
  ...deleteAttempts(target, actor, prepared),
];
