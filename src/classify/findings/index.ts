/** Findings about the catalog. */
export { atPolicy, catalogFindings } from "./findings.ts";
