/** The plan and its SQL. */
export { buildPlan } from "./build.ts";
export { buildCleanup } from "./build-cleanup.ts";
export { touchedRelations } from "./touched.ts";
export { catalogAfter } from "./catalog-after.ts";
export { renderMigration } from "./migration.ts";
export type { MigrationOptions } from "./migration.ts";
export {
  cleanupPath,
  migrationOf,
  planFile,
  planPath,
  readPlan,
  readStoredMigration,
  readStoredPlan,
  refuseStale,
} from "./plan-file.ts";
export type { StoredMigration, StoredPlan } from "./plan-file.ts";
export { planHash } from "./plan-hash.ts";
export { subjectOf } from "./subject.ts";
export type { PlanSubject } from "./subject.ts";
export type { AcceptedChange, AnnouncedChange, Migration, OpenDecision, Plan, PolicyOutcome, Step } from "./plan.ts";
