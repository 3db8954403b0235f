/** The statements of each kind of attack. */
export { tablesOf } from "./arguments.ts";
export type { ArgumentSource } from "./arguments.ts";
export { businessKeyAttempts } from "./business-keys.ts";
export { calledByTable } from "./defaults.ts";
export { deleteAttempts } from "./delete.ts";
export { callables, functionAttempts, settingCall, signatureOf } from "./function.ts";
export type { Callable } from "./function.ts";
export { indirectCallables, uncallable } from "./indirect.ts";
export { insertAttempts } from "./insert.ts";
export { barrierAttempts, leakproofAttempts, peekFunction } from "./leaks.ts";
export { largeObjectAttempts } from "./large-objects.ts";
export { oracleAttempts } from "./oracle.ts";
export { ownRowValueAttempts } from "./own-row-values.ts";
export { ownSettings } from "./own-settings.ts";
export { cascadeAttempts, orphanAttempts } from "./references.ts";
export { mayLookUp } from "./may-look-up.ts";
export { keys, readAttempts } from "./read.ts";
export { insertInto, on, spareRow } from "./rows.ts";
export {
  defaultPrivilegeAttempts,
  givenByPlatform,
  ownRoleAttempts,
  sequenceAttempts,
  truncateAttempt,
} from "./side-doors.ts";
export { badValues, storedClaimAttempt } from "./stored-claim.ts";
export { tableAttempts } from "./table.ts";
export { tenantsBeforeAttempts } from "./tenants-before.ts";
export { tenantlessAttempts } from "./tenantless.ts";
export { updateAttempts } from "./update.ts";
export { viewAttempts } from "./view.ts";
