/** The parts of the prover that the rest of rlsmith may use. */
export { addedRelations, type AddedRelation } from "./added.ts";
export type { ArrivalRegime, Assumption } from "./assume.ts";
export type { AssumedVerdict } from "./assumed-verdict.ts";
export { checkAssumptions } from "./check-assumption.ts";
export { DEFAULT_TIMEOUT, type CompareOptions, type Query } from "./compare-access.ts";
export { settleEndless, settleEndlessProperty } from "./endless.ts";
export { objections, type Objection, type ObjectionReason } from "./gate.ts";
export { proveMigration, type MigrationProof, type PolicyVerdict } from "./migration.ts";
export { functionsPast, proveNever, type Property, type PropertyVerdict, type Tenant } from "./never.ts";
export {
  compareObjects,
  compareRows,
  type ChangeReason,
  type Effect,
  type ObjectChange,
  type ObjectKind,
  type OutsideCatalog,
} from "./objects/index.ts";
export { meaningOf, propertyOf, tenantOf } from "./properties.ts";
export { prove, type ProveOptions } from "./prove.ts";
export { confirm, confirmWholeUpdates } from "./replay/confirm.ts";
export { confirmProperty } from "./replay/confirm-property.ts";
export { newComparison } from "./comparison.ts";
export type { Component } from "./component.ts";
export { reachOf, type Reach, type RoleReach } from "./reach.ts";
export { newSide, type Side } from "./side.ts";
export type { Situation } from "./situation.ts";
export { toldPrivileges, toldVerdicts } from "./told.ts";
export { smt2, type Smt2Query } from "./smt2/smt2.ts";
export { inferTenant } from "./tenant.ts";
export { withoutClaims, type WithoutClaims } from "./without-claims.ts";
export { isOnlyTried } from "./trial/change.ts";
export { tryUnknown } from "./trial/unknown.ts";
export type { Site as TrialSite } from "./trial/site.ts";
export type { Decision, ErrorChange, Trial, UnknownReason, Verdict, Witness } from "./verdict.ts";
