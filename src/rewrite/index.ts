/** The rewriting of policies and functions. */
export type { AnnouncedChange, OpenDecision, PolicyOutcome } from "./outcome.ts";
export type { PrivateHelper } from "./rules/break-recursion.ts";
export { rewriteCatalog } from "./run.ts";
export type { Rewrites } from "./run.ts";
