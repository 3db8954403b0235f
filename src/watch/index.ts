/** What the rest of rlsmith may use of watching a target and judging what was seen. */
export type { Cause, CriterionName, CriterionState, Judgement, Seen } from "./criteria/index.ts";
export {
  hasRecorder,
  readObjects,
  readPlans,
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
export {
  lacksOfSettings,
  liveLog,
  plantDenial,
  readLog,
  readLogSettings,
  sendHeartbeat,
  type LiveLog,
  type OwnProcesses,
} from "./log/index.ts";
export { newHistory, readOn, type History } from "./history.ts";
export { gateOf, type Gate, type Waiver } from "./gate.ts";
export { tellingsOf, type Notice } from "./notice.ts";
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
export { fileNotices } from "./store/file-notices.ts";
export type { NoticeStore } from "./store/notice-store.ts";
export type { SampleStore } from "./store/store.ts";
export { targetNotices } from "./store/target-notices.ts";
export { targetStore } from "./store/target-store.ts";
export {
  askManagementApi,
  askSupabaseCli,
  readSupabaseLog,
  sendGatewayHeartbeat,
  type AskLogs,
} from "./supabase/index.ts";
export { evidenceOf, readTestResults } from "./test-results.ts";
export type { TestEvidence } from "./test-results.ts";
