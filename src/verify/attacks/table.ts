import type { TestEnvironment, Target } from "../environment/index.ts";
import type { Attempt } from "../matrix/index.ts";
import type { Actor } from "../personas/index.ts";
import { defaultAttempts } from "./defaults.ts";
import { deleteAttempts } from "./delete.ts";
import { insertAttempts } from "./insert.ts";
import { readAttempts } from "./read.ts";
import { triggerAttempts } from "./triggers.ts";
import { updateAttempts } from "./update.ts";

/**
 * Every direct read and write of one table by one persona. `prepared`: rows may be changed before a statement; a live
 * database has none that may be.
 */
export const tableAttempts = (
  target: Target,
  actor: Actor,
  environment: Pick<TestEnvironment, "targets" | "surface" | "sampled" | "tenantSetting" | "catalog" | "facts">,
  { prepared = !environment.sampled }: { prepared?: boolean } = {},
): Attempt[] => [
  ...readAttempts(target, environment.targets, environment.surface, { limited: environment.sampled, prepared }),
  ...insertAttempts(target, actor, environment.tenantSetting),
  ...defaultAttempts(target, actor, environment),
  ...updateAttempts(target, actor, environment.tenantSetting, prepared),
  ...deleteAttempts(target, actor, prepared),
  ...triggerAttempts(target, actor, environment),
];
