/** Members and their claims, the custom access token hook, the age of tokens. */
export { LIMITS, tokenHooks, tryHook } from "./hook.ts";
export type { HookTrial, TokenHook } from "./hook.ts";
export { readMembers } from "./members.ts";
export type { Counted, MemberState, Members } from "./members.ts";
export { triggerReachesOut, whyNotEvaluated } from "./reaches-out.ts";
export { callHook, readHolders, readMemberValues } from "./holders.ts";
export type { Holder, MemberValues } from "./holders.ts";
export { claimSetters, readOpenSchemas } from "./setters.ts";
export type { ClaimSetter } from "./setters.ts";
export { readStaleTokens, readTokens } from "./tokens.ts";
export type { StaleTokens, TokenOptions, Tokens } from "./tokens.ts";
