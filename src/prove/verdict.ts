import type { QualifiedName } from "../pg/name.ts";
import type { Component } from "./component.ts";
import type { AccessOutcome, Situation } from "./situation.ts";

/** How what is allowed changed, on states where neither side may raise an error. */
export type Decision =
  /** the same rows */
  | "equivalent"
  /** some rows fewer, none more */
  | "tighter"
  /** some rows more, none fewer */
  | "looser"
  /** some more, some fewer */
  | "incomparable"
  /** not settled; `reasons` say why */
  | "unknown"
  /** the assumptions contradict themselves: anything would follow */
  | "vacuous"
  /** every statement on the relation raises after the change */
  | "always-errors"
  /** the role holds no privilege for the command on either side, so that nothing was compared */
  | "no-privilege";

/**
 * The outcome of a request before → after, where one side may raise. An error is a *may*: Postgres is free in what it
 * evaluates first.
 */
export type ErrorChange = "error->deny" | "error->allow" | "deny->error" | "allow->error";

export const ERROR_CHANGES: readonly ErrorChange[] = ["error->deny", "error->allow", "deny->error", "allow->error"];

export type Certainty =
  /** for every state that satisfies the assumptions */
  | { kind: "proved" }
  /** for every state in which each sub-query ranges over at most so many rows */
  | { kind: "bounded"; rows: number }
  /** a real Postgres showed the witness */
  | { kind: "replayed" }
  /** the witness was not run yet */
  | { kind: "model" }
  /** found by trial: a real Postgres showed the witness, and nothing is claimed of more than so many points */
  | { kind: "trial"; points: number };

/** A trial of a verdict that could not be settled: so many points, or why there was none. */
export type Trial = { points: number; seed: number } | { notTried: string };

/** Why a verdict is `unknown`, or why every statement fails. */
export interface UnknownReason {
  kind: "unsupported" | "volatile" | "budget" | "bound" | "not-confirmed" | "privilege" | "order";
  /** `count(*)`, `jsonb ?` …: lower case, no final period */
  message: string;
  /** the sub-expression as SQL; null where there is none */
  expression: string | null;
  /** the policy or function that it stands in */
  at: string | null;
}

/** A state and a request on which the two sides differ. */
export interface Witness {
  situation: Situation;
  change: "lost" | "gained" | ErrorChange;
  before: AccessOutcome["kind"];
  after: AccessOutcome["kind"];
  /** a real Postgres gave the same outcomes; null: not asked yet */
  confirmed: boolean | null;
  /**
   * columns that the outcome hangs on: of the row, and of each of `situation.rows`, in their order; the others were
   * filled with anything
   */
  columns: { row: string[]; rows: string[][] };
}

/** The verdict on one access predicate. */
export interface Verdict {
  relation: QualifiedName;
  component: Component;
  role: string;
  decision: Decision;
  errors: ErrorChange[];
  /**
   * changes that can be met only in states where either side may raise: there Postgres is free. Rows that would be
   * gained in no other state make the verdict unknown
   */
  overlap: ErrorChange[];
  /** either side may raise: in such states an error comes or not by the order in which Postgres evaluates conditions */
  bothMayRaise: boolean;
  /**
   * rows are allowed for which the first side raised an error and did not allow them otherwise: some, or, where every
   * statement raised, all that are allowed; null: none
   */
  opensErrors: "row" | "every statement" | null;
  certainty: Certainty;
  /** of solving, in milliseconds; 0 where the answer was already there for another role */
  milliseconds: number;
  reasons: UnknownReason[];
  witnesses: Witness[];
  /**
   * where the decision is unknown for want of understanding a part: what the model says, which real witnesses may still
   * confirm
   */
  suspected: Decision | null;
  /** of a verdict that the proof left unknown */
  trial?: Trial;
  /** custom settings that the second side reads, the claims' own left out; `*`: some that are not told */
  readsAfter: string[];
}
