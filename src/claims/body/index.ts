/** The body of a sync trigger: which claims it writes, under which condition. */
export { activeOf } from "./active.ts";
export type { Operation, Said } from "./active.ts";
export { claimWork } from "./claim-work.ts";
export type { ClaimWork } from "./claim-work.ts";
export { readSyncBody } from "./read-body.ts";
export type { Around, SyncBody } from "./read-body.ts";
export { assignedTo, usersUpdate } from "./row.ts";
