/** The catalogue of codes: one entry for each finding and each error, from which the pages of docs/ are made. */
export { ERRORS, type ErrorCode } from "./errors.ts";
export { FINDINGS, type FindingCode } from "./findings.ts";
export type { ErrorPage, FindingExample, FindingPage, FindingStage, Severity, ToolErrorKind } from "./page.ts";
