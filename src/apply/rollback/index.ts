/** Restoring the state before a plan, from the journal or from a down file. */
export { checkDownFile } from "./down-file.ts";
export { rollbackByFile } from "./rollback-file.ts";
export { rollbackRun } from "./rollback.ts";
export type { RollbackResult } from "./rollback.ts";
