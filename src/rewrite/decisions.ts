import type { Config } from "../config.ts";
import { matchesName } from "../pg/name-pattern.ts";
import type { NameKey } from "../pg/name.ts";
import type { PolicyId } from "../pg/policy.ts";
import type { OpenDecision } from "./outcome.ts";

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

// A decision without a reason counts as open: in a year nobody would know the reason.
const decided = (entry: { decision: SessionOnlyChoice | "open"; reason: string }): Decision | null =>
  entry.decision === "open" || entry.reason.trim() === "" ? null : { choice: entry.decision, reason: entry.reason };

// One wording for all, so that reports can print it once above the names of the policies.
export const openPolicy = (policy: PolicyId, settings: readonly string[]): OpenDecision => ({
  kind: "session-only",
  key: policy,
  settings: [...settings],
  question:
    "a policy reads a variable and no claim: a request that sets no variable is denied today; " +
    "let the claim open it (`claim`), let only functions write (`rpc-only`), or leave it (`keep`)?",
});

export const openFunction = (name: NameKey, settings: readonly string[], policies: number): OpenDecision => ({
  kind: "session-only",
  key: name,
  settings: [...settings],
  question:
    `${policies} ${policies === 1 ? "policy reads" : "policies read"} a variable through this function, and no claim: a request that sets no variable is denied today; ` +
    "let the claim open them (`claim`), or leave them (`keep`)?",
});
