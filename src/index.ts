// The only barrel: the parts of rlsmith that a program needs. Functions over values and a connection come first; the
// functions over a project's folder, which the command line uses, are built on them.

// --- values and a connection
export { openServer as connect, type ServerDb, type ServerOptions } from "./db/server.ts";
export type { Db } from "./db/port.ts";
export { openScratch } from "./scratch/index.ts";
export type { Scratch, ScratchTarget } from "./scratch/index.ts";
export { inspect } from "./inspect/index.ts";
export { inspectCatalog as classify, type Inspection } from "./pipeline/inspection.ts";
export { planCatalog as plan, type PlannedMigration } from "./pipeline/plan.ts";
export { catalogAfter } from "./plan/index.ts";
export { planHash } from "./plan/index.ts";
export { prove, type ProveOptions } from "./prove/index.ts";
export type { AssumedVerdict, MigrationProof, Objection } from "./prove/index.ts";
export { provePlan, type PlanProof, type ProvePlanOptions } from "./pipeline/prove-plan.ts";
export { configAcceptances, refuseUnanswered, withAccepted, type Acceptances } from "./pipeline/acceptances.ts";
export { rehearsePlan as rehearse, type RehearseOptions } from "./pipeline/rehearse.ts";
export { verifyDatabase as verify, type VerifyDatabaseOptions } from "./pipeline/verify.ts";
export { checkClaimsOfDatabase as claims, type ClaimsOptions } from "./pipeline/claims.ts";
export { impactOfPlan as impact, type ImpactOptions } from "./pipeline/impact.ts";
export { applyToDatabase as apply, rollbackDatabase as rollback } from "./pipeline/apply-database.ts";
export { historyOfDatabase as history, SILENT_TALK } from "./pipeline/apply-database.ts";
export type { ApplyDatabaseOptions, DatabaseOptions, RollbackWay, TargetTalk } from "./pipeline/apply-database.ts";
export { gateOfTarget as gate, takeSample, watchTarget, type Taken, type WatchTarget } from "./pipeline/watch.ts";
export type { Notified, WebhookFailure } from "./pipeline/webhook.ts";
export type { Cause, CriterionName, Gate, Judgement, Lack, Sample, Waiver } from "./watch/index.ts";
export { silent, type Progress } from "./progress.ts";
export { ToolError as RlsmithError, type ErrorCode, type ToolErrorKind as RlsmithErrorKind } from "./errors.ts";

// --- a project's folder
export { defineConfig } from "./define-config.ts";
export { loadConfig, parseConfig, type Config, type UserConfig } from "./config.ts";
export { openProject } from "./pipeline/open-project.ts";
export { openSource, type Origin, type ProjectOptions, type Source } from "./pipeline/source.ts";
export { configOf, refuseErrors, refuseOpenDecisions } from "./pipeline/ready.ts";
export { planSource, type Planned } from "./pipeline/plan.ts";
export { proveSource } from "./pipeline/prove-plan.ts";
export { comparisonAnswer, proveFolders } from "./pipeline/prove-folders.ts";
export type { ComparisonAnswer, FolderProof, ProveFoldersOptions } from "./pipeline/prove-folders.ts";
export { rehearseProject, rehearseSource } from "./pipeline/rehearse.ts";
export { writePlan } from "./pipeline/write-plan.ts";
export { readPlan, readStoredMigration } from "./plan/index.ts";
export type { StoredMigration, StoredPlan } from "./plan/index.ts";
export { approvePlan, type Approved } from "./pipeline/approve.ts";
export { approvalsOf } from "./apply/index.ts";
export type { Approval } from "./apply/index.ts";
export { verifySource } from "./pipeline/verify.ts";
export { writeIsolationTests } from "./pipeline/emit-tests.ts";
export { checkClaims, planClaimsFix } from "./pipeline/claims.ts";
export { openTarget, type OnTarget } from "./pipeline/target.ts";
export { applyToTarget, historyOf, rollbackOnTarget } from "./pipeline/apply.ts";
export type { ApplyOptions, RollbackOptions } from "./pipeline/apply.ts";
export { contextCut } from "./pipeline/context-cut.ts";
export { writeAll, type OutputFile } from "./write-files.ts";

// --- the values
export type { Finding, FindingCode, Location, Severity } from "./finding.ts";
export type { Catalog, Column, Grant, PgFunction, Relation, Role, Trigger } from "./pg/catalog.ts";
export type { ContextMap, ContextVariable, Regime } from "./pg/context.ts";
export type { Policy, PolicyCommand, PolicyId } from "./pg/policy.ts";
export type { ClassifiedPolicy, Pattern } from "./classify/index.ts";
export type { Migration } from "./migration-tools/index.ts";
export type { AcceptedChange, Plan, Step } from "./plan/index.ts";
export type { AnnouncedChange, OpenDecision, PolicyOutcome } from "./rewrite/index.ts";
export type { AccessDifference, AccessReport } from "./rehearse/index.ts";
export type { Rehearsal } from "./rehearse/index.ts";
export type { Cell } from "./verify/index.ts";
export type { Verification } from "./verify/index.ts";
export type { ClaimsFacts, ClaimsReport } from "./claims/index.ts";
export type { Cut } from "./apply/index.ts";
export type { ApplyResult } from "./apply/index.ts";
export type { Entry as JournalEntry } from "./apply/index.ts";
export type { RollbackResult } from "./apply/index.ts";
