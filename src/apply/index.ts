/** The parts of apply and rollback that the rest of rlsmith may use. */
export { applyPlan } from "./apply.ts";
export type { ApplyResult, BeforeFirstLock } from "./apply.ts";
export { approvalsOf, writeApprovals } from "./approvals-file.ts";
export { checkApprovals, withApproval } from "./approvals.ts";
export type { Approval } from "./approvals.ts";
export { inForce, readJournal, repairNote } from "./journal/index.ts";
export type { Entry } from "./journal/index.ts";
export { checkDownFile, rollbackByFile, rollbackRun } from "./rollback/index.ts";
export type { RollbackResult } from "./rollback/index.ts";
export { checkSoak } from "./soak.ts";
export { stillApplied } from "./still-applied.ts";
export {
  changedObjects,
  readState,
  relationsWithPolicies,
  scopeOfState,
  stillReading,
  stillReadingByFunction,
} from "./state/index.ts";
export type { ChangedObject, Cut, State, StillReading } from "./state/index.ts";
export { refusedByServer, sharesBackends, takeTurn } from "./transaction/index.ts";
export type { Connections, LockTry, Talk, TransitionLimits, Transitioned } from "./transaction/index.ts";
