import type { ClassifiedPolicy } from "../classify/index.ts";
import type { Config } from "../config.ts";
import { matchesName } from "../pg/name-pattern.ts";
import type { NameKey } from "../pg/name.ts";
import type { PolicyId } from "../pg/policy.ts";
import type { OpenDecision } from "./outcome.ts";
import type { RuleContext } from "./rule.ts";

export type SessionOnlyChoice = "claim" | "rpc-only" | "keep";

export interface Decision {
  choice: SessionOnlyChoice;
  reason: string;
}

/**
 * The decision of the config for a policy that reads variables without a claim as their fallback: the first entry that
 * matches; null while the decision is open.
 */
export function decideForPolicy(config: Config, policy: PolicyId): Decision | null {
  for (const entry of config.sessionOnly)
    if ("policy" in entry && matchesName(entry.policy, policy)) return decided(entry);
  return null;
}

/** The decision for a helper function, in the same way. */
export function decideForFunction(config: Config, name: NameKey): Decision | null {
  for (const entry of config.sessionOnly)
    if ("function" in entry && matchesName(entry.function, name)) return decided(entry);
  return null;
}

/** True if a decision under `sessionOnly` is wanted for the read; a flag that is not mapped has one of its own. */
export const isSessionOnly = (
  { hasClaimFallback, setting }: ClassifiedPolicy["reads"][number],
  config: Config,
  { variables }: Pick<RuleContext, "variables">,
): boolean => !hasClaimFallback && (variables.has(setting) || !flagsOf(config).has(setting));

/** The flags of the config, decided or not, in the form in which a read names them. */
export const flagsOf = ({ flags }: Config): Set<string> =>
  new Set(Object.keys(flags).map((name) => name.toLowerCase()));

// A decision without a reason counts as open: in a year nobody would know the reason.
const decided = (entry: { decision: SessionOnlyChoice | "open"; reason: string }): Decision | null =>
  entry.decision === "open" || entry.reason.trim() === "" ? null : { choice: entry.decision, reason: entry.reason };

// One wording for all, so that reports can print it once above the names of the policies.
export const openPolicy = (policy: PolicyId, settings: readonly string[]): OpenDecision => ({
  kind: "session-only",
  key: policy,
  settings: [...settings],
  policies: [policy],
  question:
    "a policy reads a variable and no claim for it: " +
    "let the claim replace it (`claim`), let only functions write (`rpc-only`), or leave it (`keep`)?",
});

export const openFunction = (
  name: NameKey,
  settings: readonly string[],
  policies: readonly PolicyId[],
): OpenDecision => ({
  kind: "session-only",
  key: name,
  settings: [...settings],
  policies: [...policies],
  question:
    `${policies.length} ${policies.length === 1 ? "policy reads" : "policies read"} a variable through this function, and no claim for it: ` +
    "let the claim replace it (`claim`), or leave them (`keep`)?",
});

/**
 * A variable that policies read, directly or through a function, and that the config maps to no claim. Where a policy
 * reads a claim beside it, `sessionOnly` has no question about that policy, so that the general `keep` is named.
 */
export const openVariable = (
  setting: string,
  policies: readonly PolicyId[],
  keep: "sessionOnly" | "keep",
): OpenDecision => ({
  kind: "unmapped-variable",
  key: setting,
  settings: [setting],
  policies: [...policies],
  question:
    "policies read a variable that is mapped to no claim: map it under `context`, decide it under `flags`, or " +
    (keep === "keep"
      ? "name the policies under `keep`"
      : "decide `keep` under `sessionOnly` for the policies and functions that read it"),
});
