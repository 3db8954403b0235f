import type { CriterionName } from "../gate-criteria.ts";

/** What ran, or who said it: the value of a line of evidence. Figures are counts; no name of a user, no value. */
export type Fact =
  | PlanFact
  | RehearsalFact
  | VerifyFact
  | ClaimsFact
  | ImpactFact
  | ApprovalFact
  | ApplyFact
  | RollbackFact
  | GateFact
  | CleanupFact
  | DocumentsFact
  | AttestationFact
  | AnnouncementFact
  /** two branches of the file have come together */
  | { kind: "merge" };

/** A plan, and the second one that cleans up. */
export type Purpose = "policies" | "clean-up";

export interface PlanFact {
  kind: "plan";
  purpose: Purpose;
  /** how many policies have each outcome: rewritten, dropped, kept, … */
  policies: Record<string, number>;
  /** how many verdicts there are of each decision; empty for a clean-up */
  verdicts: Record<string, number>;
  /** the changes of access that a person accepted */
  accepted: number;
  rehearsal: Rehearsed | null;
}

/** Statements that were run before and after, and how many answered otherwise than announced. */
export interface Rehearsed {
  statements: number;
  unannounced: number;
}

export interface RehearsalFact extends Rehearsed {
  kind: "rehearsal";
  purpose: Purpose;
}

export interface VerifyFact {
  kind: "verify";
  source: "migrations" | "database";
  statements: number;
  breaches: number;
  /** relations × commands × personas without an answer */
  notSettled: number;
  /** the file of tests that was written, relative to the project */
  emitted: string | null;
}

export interface ClaimsFact {
  kind: "claims";
  readFrom: "live" | "migrations";
  /** users whose claims were compared with their source; null: they could not be read */
  members: number | null;
  /** how many findings there are of each code */
  findings: Record<string, number>;
}

export interface ImpactFact {
  kind: "impact";
  users: number;
  /** relations on which somebody loses or gains rows, and on which it cannot be told */
  changed: number;
  untold: number;
}

export interface ApprovalFact {
  kind: "approval";
  as: string;
}

export interface ApplyFact {
  kind: "apply";
  purpose: Purpose;
  outcome: "applied" | "adopted" | "in force already" | "failed";
  relations: number;
  /** of the error; null: there was none */
  code: string | null;
  /** why the gate of the target that comes first was not asked; absent: it was, or none comes first */
  gateNotAsked?: string;
}

export interface RollbackFact {
  kind: "rollback";
  outcome: "taken back" | "nothing to take back";
  entries: number;
}

export interface GateFact {
  kind: "gate";
  outcome: "passed" | "failed" | "inconclusive";
  criteria: {
    criterion: CriterionName;
    state: "passed" | "failed" | "cannot be told" | "not enough yet";
    waivedBy: string | null;
  }[];
  samples: { before: number; after: number };
}

export interface CleanupFact {
  kind: "cleanup";
  part: "code" | "tests" | "guards";
  /** files that were written */
  files: number;
  /** places that a person has to decide */
  left: number;
}

/** Generated parts of documents were compared, and mentions of what is retired were looked for. */
export interface DocumentsFact {
  kind: "documents";
  parts: number;
  /** parts that are not as they would be written now */
  outOfDate: number;
  /** places in documents, comments of the database and comments of code that name what is retired */
  mentions: number;
  /** the words of these places */
  words: number;
}

export interface AttestationFact {
  kind: "attestation";
  step: string;
  /** the capacity in which it is said */
  as: string;
  note: string;
  /** the step is waived: it is not done, and that is accepted */
  waived: boolean;
}

/** The moments of a move at which people are told. */
export const MOMENTS = ["before", "during", "after", "post-mortem", "escalation"] as const;
export type Moment = (typeof MOMENTS)[number];

/** A message that was sent to a webhook. */
export interface AnnouncementFact {
  kind: "announcement";
  moment: Moment;
  /** the same for the same message */
  id: string;
}
