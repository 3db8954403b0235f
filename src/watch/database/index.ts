/** The sources of watch that are read from the database itself, and the recorder, which it may install there. */
export { snapshotBefore } from "./before.ts";
export type { Before } from "./before.ts";
export { hasRecorder, readRequestLogins } from "./pre-request.ts";
export type { RequestLogin } from "./pre-request.ts";
export { RECORDER, recorderMigration } from "./recorder.ts";
export type { RecorderOptions } from "./recorder.ts";
export { readRequests, recordAppliedAt } from "./requests.ts";
export { readObjects, type ObjectFacts } from "./objects.ts";
export type { WatchScope } from "./scope.ts";
export { readPlans } from "./plans.ts";
export { readServer } from "./server.ts";
export type { ServerNow } from "./server.ts";
export { readStatements } from "./statements.ts";
export { readTables } from "./tables.ts";
