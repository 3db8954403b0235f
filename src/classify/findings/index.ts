/** Findings about the catalog. */
export { catalogFindings } from "./findings.ts";
export type { Logins } from "./evidence.ts";
export { atPolicy } from "./place.ts";
