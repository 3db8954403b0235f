import type { Finding } from "../finding.ts";
import type { PgFunction } from "../pg/catalog.ts";
import type { ContextMap } from "../pg/context.ts";
import type { Migration } from "../migration-tools/index.ts";
import type { NameKey } from "../pg/name.ts";
import type { PolicyId } from "../pg/policy.ts";
import type { AnnouncedChange, OpenDecision, PolicyOutcome } from "../rewrite/index.ts";

export type { AnnouncedChange, Migration, OpenDecision, PolicyOutcome };

/** What `rlsmith plan` writes: everything that apply, rehearse and rollback need, as plain data. */
export interface Plan {
  format: "rlsmith-plan";
  formatVersion: 2;
  rlsmith: string;
  /** sha256 of the catalog that the plan was made from */
  catalogHash: string;
  context: ContextMap;
  /** variables and flags that no policy may read after it, kept policies apart */
  retired: string[];
  /** one for every live policy, none left out */
  policies: PolicyOutcome[];
  steps: Step[];
  /** changes of access that the plan brings and a decision or a rule accounts for */
  announced: AnnouncedChange[];
  /** decisions that are still open; while there is one, no file is written */
  open: OpenDecision[];
  findings: Finding[];
  /** what is neither equivalent nor tighter, and who answered for it with `--accept` */
  accepted: AcceptedChange[];
}

/** A change of access that somebody accepted. */
export interface AcceptedChange {
  policy: PolicyId;
  /** `without context`, UPDATE USING … : where it is looser, incomparable or unknown */
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

/** What a step turns into what, as values. Policies are in the plan's `policies`. */
export type StepChange =
  | { kind: "policy" }
  /** `before` is null where the function is new */
  | { kind: "function"; before: PgFunction | null; after: PgFunction }
  | { kind: "schema"; isNew: boolean }
  /** DEFAULT expressions; `before` is null where the column had none */
  | { kind: "default"; before: string | null; after: string };

/** One change with its way back. `up` and `down` are single statements without a trailing semicolon. */
export interface Step {
  id: number;
  title: string;
  object:
    | { kind: "policy"; schema: string; relation: string; policy: string }
    | { kind: "function"; schema: string; name: string; identityArguments: string }
    | { kind: "column"; schema: string; relation: string; column: string }
    | { kind: "schema"; schema: string };
  change: StepChange;
  /** the group of the config's `contexts` that its relation is in; null: in none */
  context: string | null;
  up: string[];
  down: string[];
  lock: LockMode;
  hazards: Hazard[];
}
