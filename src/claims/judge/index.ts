/** Findings about claims. */
export { claimsFindings } from "./judge.ts";
export { syncHolds } from "./sync.ts";
export { DECLARE_ACTIVE, DECLARE_SOURCE } from "./words.ts";
export type { Words } from "./words.ts";
