/** The parts of the rehearsal that the rest of rlsmith may use. */
export type { AccessDifference, AccessReport } from "./access.ts";
export type { Outcome } from "./outcome.ts";
export { rehearse } from "./rehearse.ts";
export type { Rehearsal } from "./rehearse.ts";
export { rehearseCalls } from "./calls.ts";
export type { CallDifference, CallRehearsal } from "./calls.ts";
export type { CallOutcome } from "./own-answer.ts";
export { checkDrop } from "./drop-check.ts";
export type { DropCheck } from "./drop-check.ts";
