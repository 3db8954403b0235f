import type { Finding } from "../finding.ts";
import type { ContextMap, Regime } from "../pg/context.ts";
import type { Policy, PolicyCommand, PolicyId } from "../pg/policy.ts";

/** What `rlsmith plan` writes: everything that apply, rehearse and rollback need, as plain data. */
export interface Plan {
  format: "rlsmith-plan";
  formatVersion: 1;
  rlsmith: string;
  /** sha256 of the catalog that the plan was made from */
  catalogHash: string;
  context: ContextMap;
  /** one for every live policy, none left out */
  policies: PolicyOutcome[];
  steps: Step[];
  /** changes of access that the plan brings and a decision or a rule accounts for */
  announced: AnnouncedChange[];
  /** decisions that are still open; while there is one, no file is written */
  open: OpenDecision[];
  findings: Finding[];
}

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

export interface OpenDecision {
  kind: "session-only" | "bypass-flag";
  /** what the config's key has to be */
  key: string;
  question: string;
  /** variables or flags that are concerned */
  settings: string[];
}

export type LockMode = "ACCESS EXCLUSIVE" | "none";

export interface Hazard {
  code: "access-exclusive-lock" | "window-without-policy" | "session-variable-ignored" | "function-callers";
  message: string;
}

/** One change with its way back. `up` and `down` are single statements without a trailing semicolon. */
export interface Step {
  id: number;
  title: string;
  object:
    | { kind: "policy"; schema: string; relation: string; policy: string }
    | { kind: "function"; schema: string; name: string; identityArguments: string }
    | { kind: "column"; schema: string; relation: string; column: string }
    | { kind: "schema"; schema: string };
  up: string[];
  down: string[];
  lock: LockMode;
  hazards: Hazard[];
}

/** The two files of a migration. */
export interface Migration {
  up: string;
  down: string;
}
