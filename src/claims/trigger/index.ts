/** The triggers that keep claims in sync. */
export { basesOf, firesOn } from "./columns.ts";
export { syncTriggers, triggersOnUsers } from "./find-triggers.ts";
export type { SyncTriggerOf } from "./find-triggers.ts";
export { sourceOf } from "./infer-source.ts";
export { overwriters } from "./overwrites.ts";
export { columnsThatMatter, readTriggers } from "./sync-trigger.ts";
export type { SyncTrigger } from "./sync-trigger.ts";
