import type { Regime } from "../pg/context.ts";
import type { Policy, PolicyCommand, PolicyId } from "../pg/policy.ts";

/** The result of rewriting one live policy. */
export interface PolicyOutcome {
  policy: PolicyId;
  outcome: "rewritten" | "dropped" | "through-helper" | "unchanged" | "kept";
  /** the rules that changed it, in order */
  rules: string[];
  /** in words, for `unchanged`, `kept` and `dropped` */
  reason: string | null;
  before: Policy;
  /**
   * as the up file writes them, before Postgres prints them from their trees; several after a split, none after a drop
   */
  after: Policy[];
}

/** A change of access that follows from a decision of the config or from a rule, with its reason. */
export interface AnnouncedChange {
  /** null where a function changes, not a policy */
  policy: PolicyId | null;
  schema: string;
  relation: string;
  /** the commands on the relation whose access may change */
  commands: PolicyCommand[];
  /** null: in every regime */
  regime: Regime | null;
  change: "looser" | "tighter" | "either";
  reason: string;
}

/** A question that the config has to answer before the plan may be applied. */
export interface OpenDecision {
  kind: "session-only" | "bypass-flag" | "unmapped-variable" | "claims-not-sent";
  /** the key of the answer in the config */
  key: string;
  question: string;
  /** the variables or flags that it concerns, or the settings that hold the claims */
  settings: string[];
  /** policies that wait for the answer */
  policies: PolicyId[];
}
