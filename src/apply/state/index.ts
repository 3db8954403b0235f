/** The state of the touched objects: the present one, and the one that the plan expects. */
export { part, scopeOfState, planProgress } from "./plan-progress.ts";
export type { PlanProgress } from "./plan-progress.ts";
export { expectedStates, makesObject } from "./expected.ts";
export type { Expected } from "./expected.ts";
export { divided, groupsOf, isShared, scopeOf } from "./groups.ts";
export type { Cut, Group } from "./groups.ts";
export { withOccupiedSchemas } from "./occupied.ts";
export { differences, restore } from "./restore.ts";
export type { Restoring } from "./restore.ts";
export { stillReading, stillReadingByFunction } from "./retired.ts";
export { onShadows, settled } from "./shadow.ts";
export type { Shadowed } from "./shadow.ts";
export { byName, readState, sameState } from "./state.ts";
export type { FunctionAccess, FunctionState, RelationState, Scope, State } from "./state.ts";
export { isStatePrepared, readStateAgain, readVersionedState, readVersions } from "./versions.ts";
export type { VersionedState } from "./versions.ts";
