/** What the rest of rlsmith may use of watching a target and judging what was seen. */
export { judge, samplesOfKind } from "./criteria/index.ts";
export type { Cause, CriterionName, CriterionState, GateLimits, Judgement, PlanFacts } from "./criteria/index.ts";
export {
  hasRecorder,
  readObjects,
  readRequestLogins,
  readRequests,
  readServer,
  readStatements,
  readTables,
  RECORDER,
  recordAppliedAt,
  recorderMigration,
  snapshotBefore,
  type ObjectFacts,
  type RecorderOptions,
  type RequestLogin,
  type WatchScope,
} from "./database/index.ts";
export { lacksOfSettings, plantDenial, readLog, readLogSettings, sendHeartbeat } from "./log/index.ts";
export { gateOf, type Gate, type Waiver } from "./gate.ts";
export { planFacts, relationsOf } from "./plan-facts.ts";
export type {
  AuditReading,
  Cursors,
  IsolationReading,
  Lack,
  LogReading,
  ObjectCause,
  Reading,
  Sample,
  ServerFacts,
  StatementsReading,
  TablesReading,
  SourceName,
  StoredReading,
} from "./sample.ts";
export { fileStore } from "./store/file-store.ts";
export { askManagementApi, askSupabaseCli, readSupabaseLog, type AskLogs } from "./supabase/index.ts";
export type { SampleStore } from "./store/store.ts";
export { targetStore } from "./store/target-store.ts";
export { evidenceOf, readTestResults } from "./test-results.ts";
export type { TestEvidence } from "./test-results.ts";
