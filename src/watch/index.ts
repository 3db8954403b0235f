/** What the rest of rlsmith may use of watching a target and judging what was seen. */
export { judge, samplesOfKind } from "./criteria/index.ts";
export type { Cause, CriterionName, CriterionState, GateLimits, Judgement, PlanFacts } from "./criteria/index.ts";
export {
  readObjects,
  readPlans,
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
export { gateOf, type Gate, type Waiver } from "./gate.ts";
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
export type { SampleStore } from "./store/store.ts";
export { targetStore } from "./store/target-store.ts";
