/** The database that is attacked: its relations, its rows, and the transactions in which statements run. */
export { NO_GRANTS, readGrants } from "./grants.ts";
export type { Grants } from "./grants.ts";
export { collectEvidence, findIn } from "./known-rows.ts";
export type { Evidence } from "./known-rows.ts";
export { readBypassRoles } from "./bypass-roles.ts";
export type { BypassAttribute, BypassRole } from "./bypass-roles.ts";
export { targetsByRole } from "./column-access.ts";
export { liveEnvironment } from "./live/live-environment.ts";
export { scratchEnvironment } from "./scratch-environment.ts";
export type { Known } from "./scratch-environment.ts";
export { documentsRead, isDocument } from "./request-documents.ts";
export type { DocumentRead, RequestDocument } from "./request-documents.ts";
export { settingsRead } from "./settings-read.ts";
export { readSurface, tablesBehind } from "./surface.ts";
export type { DefaultPrivilege, Surface } from "./surface.ts";
export { isFiles, literal, rowCondition, targetsByName, targetsOf } from "./target.ts";
export type { Target, Targets } from "./target.ts";
export type { TestEnvironment, Setter } from "./test-environment.ts";
