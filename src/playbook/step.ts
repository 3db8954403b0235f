import type { Line } from "../evidence/index.ts";

/** The phases of the playbook, in order. Each target of the config is a phase of its own, in the order of `after`. */
export type Phase =
  | { kind: "prerequisites" }
  | { kind: "create" }
  | { kind: "target"; target: string }
  | { kind: "clean-up" }
  | { kind: "afterwards" };

/** What a step is about; its id is this, and the target after a colon where it has one. */
export type StepName =
  | "config"
  | "claims-sync"
  | "claims-filled"
  | "existing-tests"
  | "stakeholders"
  | "capacity"
  | "plan"
  | "proof"
  | "rehearsal"
  | "local-run"
  | "types"
  | "tests"
  | "approval"
  | "impact"
  | "apply"
  | "watch"
  | "gate"
  | "clean-up-sql"
  | "clean-up-applied"
  | "clean-up-code"
  | "clean-up-tests"
  | "clean-up-guards"
  | "documents"
  | "training"
  | "post-mortem";

/** `apply:staging`, `plan`. */
export type StepId = StepName | `${StepName}:${string}`;

/** Why evidence no longer counts. */
export type Stale = "another plan" | "other migrations" | "taken back" | "the target has changed";

/** What evidence says of a step, whatever comes before it. */
export type Settled =
  | { kind: "open" }
  | { kind: "done"; line: Line | null }
  | { kind: "waived"; line: Line }
  | { kind: "failed"; line: Line | null }
  /** it ended without an answer */
  | { kind: "cannot be told"; line: Line }
  | { kind: "stale"; because: Stale; line: Line };

/** A step as `status` shows it. */
export type State =
  | { kind: "done" }
  | { kind: "waived" }
  | { kind: "failed"; isUntold: boolean }
  | { kind: "stale"; because: Stale }
  /** nothing stands before it */
  | { kind: "next" }
  | { kind: "blocked"; by: StepId[] };

/** One step of the playbook, and where its evidence is. */
export interface Step {
  id: StepId;
  name: StepName;
  phase: Phase;
  state: State;
  /** the command that settles it */
  command: string;
  /** only people can say it */
  isAttested: boolean;
  evidence: { hash: string; at: string; by: string | null; note: string | null } | null;
}
