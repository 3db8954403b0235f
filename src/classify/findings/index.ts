/** Findings about the catalog. */
export { catalogFindings } from "./findings.ts";
export { atPolicy } from "./place.ts";
