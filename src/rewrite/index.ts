/** The rewriting of policies and functions. */
export { callsPerRow } from "./calls-per-row.ts";
export type { AnnouncedChange, OpenDecision, PolicyOutcome } from "./outcome.ts";
export { RULE_SETS, RULE_SET_NAMES, ruleSetNames, withRuleSets } from "./rule-sets.ts";
export type { RuleSet, RuleSetName } from "./rule-sets.ts";
export type { PrivateHelper } from "./rules/break-recursion.ts";
export { rewriteCatalog } from "./run.ts";
export type { Rewrites } from "./run.ts";
export { readsAsText } from "./rules/live-role.ts";
export type { LiveRole } from "./live-role-helper.ts";
export { contextOf } from "./config-context.ts";
export type { RuleContext } from "./rule.ts";
export { contextToClaim } from "./rules/context-to-claim.ts";
export { bypassFlag } from "./rules/bypass-flag.ts";
export { planColumnDefaults } from "./column-defaults.ts";
export type { ColumnDefault } from "./column-defaults.ts";
