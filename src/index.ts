export { defineConfig } from "./define-config.ts";
export { parseConfig, type Config, type UserConfig } from "./config.ts";
export { ToolError, type ToolErrorKind } from "./errors.ts";
export type { Finding, Location, Severity } from "./finding.ts";
export type { Catalog, Column, Grant, PgFunction, Relation, Role, Trigger } from "./pg/catalog.ts";
export type { ContextMap, ContextVariable, Regime } from "./pg/context.ts";
export type { Policy, PolicyCommand, PolicyId } from "./pg/policy.ts";
export type { ClassifiedPolicy, Pattern } from "./classify/classify.ts";
export type { AnnouncedChange, Migration, OpenDecision, Plan, PolicyOutcome, Step } from "./plan/plan.ts";
export type { ClaimsFacts, ClaimsReport } from "./claims/report.ts";
export type { AccessDifference, AccessReport } from "./rehearse/access.ts";
export type { Rehearsal } from "./rehearse/rehearse.ts";
export type { Progress } from "./progress.ts";
export {
  checkClaims,
  inspectCatalog,
  openSource,
  planSource,
  rehearseSource,
  type Inspection,
  type Planned,
  type ProjectOptions,
  type Source,
} from "./pipeline.ts";
