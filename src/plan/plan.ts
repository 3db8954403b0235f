import type { Finding } from "../finding.ts";
import type { PgFunction } from "../pg/catalog.ts";
import type { ContextMap } from "../pg/context.ts";
import type { Migration } from "../migration-tools/index.ts";
import type { NameKey } from "../pg/name.ts";
import type { PolicyId } from "../pg/policy.ts";
import type { AnnouncedChange, OpenDecision, PolicyOutcome } from "../rewrite/index.ts";

export type { AnnouncedChange, Migration, OpenDecision, PolicyOutcome };

/** The output of `rlsmith plan`: everything that apply, rehearse and rollback need, as plain data. */
export interface Plan {
  format: "rlsmith-plan";
  formatVersion: 2;
  rlsmith: string;
  /** the sha256 of the catalog from which the plan was made */
  catalogHash: string;
  /** absent for a plan that changes policies; a clean-up changes functions and defaults alone, after one */
  purpose?: "clean-up";
  context: ContextMap;
  /** the variables and flags that no policy may read after the plan, other than kept policies */
  retired: string[];
  /** one for every live policy, without exception */
  policies: PolicyOutcome[];
  steps: Step[];
  /** the changes of access that the plan makes because of a decision or a rule */
  announced: AnnouncedChange[];
  /** the decisions that are still open; no file is written while there are any */
  open: OpenDecision[];
  findings: Finding[];
  /** the verdicts that are neither equivalent nor tighter, with the person who accepted them by `--accept` */
  accepted: AcceptedChange[];
}

/** A change of access that a person accepted. */
export interface AcceptedChange {
  policy: PolicyId;
  /** the regime in which it is looser, incomparable or unknown: `without context`, UPDATE USING … */
  regime: string;
  component: string;
  decision: string;
  reason: string;
}

export type LockMode = "ACCESS EXCLUSIVE" | "none";

export interface Hazard {
  code: "access-exclusive-lock" | "function-callers";
  message: string;
}

/** A name that the config gives to a group of relations. */
export interface RelationContext {
  name: string;
  matches(relation: NameKey): boolean;
}

/** The change of a step, as values. Policies are in the plan's `policies`. */
export type StepChange =
  | { kind: "policy" }
  /** `before` is null if the function is new */
  | { kind: "function"; before: PgFunction | null; after: PgFunction }
  | { kind: "dropped-function"; before: PgFunction }
  | { kind: "schema"; isNew: boolean }
  /** DEFAULT expressions; `before` is null if the column had none */
  | { kind: "default"; before: string | null; after: string };

/** One change with its reverse. `up` and `down` are single statements without a trailing semicolon. */
export interface Step {
  id: number;
  title: string;
  object:
    | { kind: "policy"; schema: string; relation: string; policy: string }
    | { kind: "function"; schema: string; name: string; identityArguments: string }
    | { kind: "column"; schema: string; relation: string; column: string }
    | { kind: "schema"; schema: string };
  change: StepChange;
  /** the group of the config's `contexts` that contains its relation; null if none does */
  context: string | null;
  up: string[];
  down: string[];
  lock: LockMode;
  hazards: Hazard[];
}
