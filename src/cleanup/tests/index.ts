/** Finds the tests of the variable's path, and decides by runs of the suite on weakened policies which of them go. */
export { decideUnits, matchesOf, nameOfId } from "./decide.ts";
export type { Cover, Decided, Removal, Stay, StaysBecause, Surroundings } from "./decide.ts";
export { withDecisions } from "./decided.ts";
export type { DecidedCases, KeptByConfig } from "./decided.ts";
export { editedTests } from "./edit.ts";
export type { Evidence, MutantRun } from "./evidence.ts";
export { findCases } from "./find-cases.ts";
export type { TestCase } from "./find-cases.ts";
export { idleTests } from "./proves-nothing.ts";
export type { IdleTest, ProvesNothing } from "./proves-nothing.ts";
export { relationsNamed } from "./relations.ts";
export { readReport, reportedId } from "./suite-report.ts";
export type { CaseStatus, ReportedCase, SuiteRun } from "./suite-report.ts";
export { casesOf, unitsOf } from "./units.ts";
export type { Unit } from "./units.ts";
export { variablePath } from "./variable-path.ts";
