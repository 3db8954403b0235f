/** The parts of `rlsmith claims` that the other stages may use. */
export type { BodyCause, Cause, Raised, Unsure } from "./cause.ts";
export { auditMembers, readClaims, readClaimSource } from "./claims.ts";
export type { MemberAudit } from "./claims.ts";
export { isFixable, isMended, renderFix } from "./fix/index.ts";
export { claimsFindings, DECLARE_ACTIVE, DECLARE_SOURCE, syncHolds } from "./judge/index.ts";
export type { Counted, MemberState, Members, StaleTokens, TokenOptions, Tokens } from "./members/index.ts";
export type { Answer, SyncSource, SyncedClaim } from "./source/index.ts";
export type { Behaviour } from "./probe/index.ts";
export type { ClaimsFacts, ClaimsReport } from "./report.ts";
export { firesOn } from "./trigger/index.ts";
export type { SyncTrigger } from "./trigger/index.ts";
export { tokenHooks } from "./members/index.ts";
export { readUsers, type UsersOfDatabase } from "./users.ts";
export type { Holder, MemberValues } from "./members/index.ts";
