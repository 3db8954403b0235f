/** Findings about the catalog. */
export { atPolicy, catalogFindings } from "./findings.ts";
export type { Logins } from "./evidence.ts";
