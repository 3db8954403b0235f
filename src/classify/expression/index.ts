/** The reads of variables and claims in one expression. */
export { failsOpen } from "./fails-open.ts";
export { fold, isConstant, isTrue, neverTrue } from "./fold.ts";
export type { Assumption } from "./fold.ts";
export type { Idiom } from "./idioms.ts";
export { isSessionVariable, isTenancyClaim } from "./setting-use.ts";
export type { SettingUse } from "./setting-use.ts";
export { bypassFlags, hasBareAuthCall, hasIdentityGuard, hasMembership, hasRoleList } from "./shapes.ts";
export { usesIn } from "./uses.ts";
export type { CallName, Fallback, FoundCall, FoundClaim, FoundSetting, Uses } from "./uses.ts";
