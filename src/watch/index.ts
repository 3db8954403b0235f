/** What the rest of rlsmith may use of watching a target and judging what was seen. */
export type { Cause, CriterionName, CriterionState, Judgement } from "./criteria/index.ts";
export {
  readObjects,
  readRequests,
  readServer,
  readStatements,
  readTables,
  recorderMigration,
  snapshotBefore,
  type ObjectFacts,
  type WatchScope,
} from "./database/index.ts";
export { lacksOfSettings, readLog, readLogSettings, sendHeartbeat } from "./log/index.ts";
export { newHistory, readOn, type History } from "./history.ts";
export { gateOf, type Gate, type Waiver } from "./gate.ts";
export { tellingsOf, type Notice } from "./notice.ts";
export { planFacts, relationsOf } from "./plan-facts.ts";
export type {
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
