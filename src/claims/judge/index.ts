/** Findings about claims. */
export { claimsFindings } from "./judge.ts";
export { syncHolds } from "./sync.ts";
