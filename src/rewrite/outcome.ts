import type { Regime } from "../pg/context.ts";
import type { Policy, PolicyCommand, PolicyId } from "../pg/policy.ts";

/** What becomes of one live policy. */
export interface PolicyOutcome {
  policy: PolicyId;
  outcome: "rewritten" | "dropped" | "through-helper" | "unchanged" | "kept";
  /** rules that changed it, in order */
  rules: string[];
  /** in words, for `unchanged`, `kept` and `dropped` */
  reason: string | null;
  before: Policy;
  /** as the up file writes them, before Postgres prints them anew; several after a split, none after a drop */
  after: Policy[];
}

/** A change of access that a decision of the config or a rule brings about, with its reason. */
export interface AnnouncedChange {
  /** null where a function, not a policy, changes */
  policy: PolicyId | null;
  schema: string;
  relation: string;
  /** statements of the relation that may change */
  commands: PolicyCommand[];
  /** null: in every regime */
  regime: Regime | null;
  change: "looser" | "tighter" | "either";
  reason: string;
}

/** A question that the config has to answer before the plan may be run. */
export interface OpenDecision {
  kind: "session-only" | "bypass-flag";
  /** what the config's key has to be */
  key: string;
  question: string;
  /** variables or flags that are concerned */
  settings: string[];
}
