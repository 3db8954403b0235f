/** The body of a sync trigger: the claims that it writes, and the conditions under which it does. */
export { activeOf } from "./active.ts";
export type { Operation, Said } from "./active.ts";
export { claimWork } from "./claim-work.ts";
export type { ClaimWork } from "./claim-work.ts";
export { readSyncBody } from "./read-body.ts";
export type { Around, SyncBody } from "./read-body.ts";
export { assignedTo, usersUpdate } from "./row.ts";
