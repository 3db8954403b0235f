import type { CriterionName } from "../../gate-criteria.ts";
import type { NameKey } from "../../pg/name.ts";
import type { DenialFamily } from "../denial.ts";
import type { TestRefusal } from "../test-results.ts";
import type { Lack, ObjectCause } from "../sample.ts";

/**
 * `not enough yet`: what was seen is clean, and too little to say so. `cannot be told`: a source does not show it, see
 * `lacks`; no waiting helps.
 */
export type CriterionState = "passed" | "failed" | "not enough yet" | "cannot be told";

/** One thing that a criterion found, or that is missing for it. */
export type Cause =
  | { cause: "gap"; from: string; to: string }
  | { cause: "clock went back"; from: string; to: string }
  | { cause: "no sample since"; at: string }
  | {
      cause: "denial";
      family: DenialFamily;
      relation: string | null;
      policy: string | null;
      function: string | null;
      object: string | null;
      role: string | null;
      count: number;
      /** ISO 8601 of the first, by the log; null: the log has no times */
      first: string | null;
      isNew: boolean;
    }
  | {
      cause: "no rows";
      relation: NameKey | null;
      role: string | null;
      command: string;
      calls: number;
      rowsBefore: number;
    }
  | {
      cause: "fewer rows";
      relation: NameKey | null;
      role: string | null;
      command: string;
      calls: number;
      rows: number;
      expected: number;
    }
  /** a statement around the read returns one row whatever it finds, as PostgREST's does */
  | { cause: "rows not seen"; relation: NameKey; role: string; calls: number }
  | { cause: "request without claim"; role: string; claim: string; count: number; of: number }
  /** tokens of the newest sample that were issued before the change */
  | { cause: "stale token"; role: string; count: number; of: number }
  /** members whose stored claims are not those of the source */
  | { cause: "stored claims"; state: "stale" | "missing" | "orphaned" | "ambiguous"; count: number; of: number }
  | { cause: "breach"; subject: string; role: string; object: string }
  /** results of the project's own isolation tests */
  | { cause: "tests failed"; count: number; of: number }
  | { cause: "tests refused"; because: TestRefusal; roles: string[] }
  | { cause: "tests accepted"; roles: string[]; count: number }
  | { cause: "not settled"; count: number; of: number }
  | {
      cause: "slower";
      relations: NameKey[];
      role: string;
      command: string;
      queryId: string;
      before: number;
      after: number;
      calls: number;
    }
  /** the policies' conditions use no index any more; or more sub-queries of them than before are executed for each row */
  | { cause: "worse plan"; how: "no index" | "sub-plan for each row"; relation: NameKey; role: string; command: string }
  /** no statement was called often enough before and since, and no plan stands for it */
  | {
      cause: "not compared";
      relation: NameKey;
      command: string;
      calls: number;
      because: "few calls" | "new statements";
    }
  | { cause: "object"; relation: NameKey | null; object: string; change: ObjectCause }
  /** requests of a role that policies do not concern */
  | { cause: "no row security"; role: string; calls: number }
  | { cause: "no traffic"; relation: NameKey; command: string; before: boolean };

/** What a criterion says of the samples of a target. */
export interface Judgement {
  criterion: CriterionName;
  state: CriterionState;
  /** how many could have shown it: requests, calls, statements, hours; null: there is no such number */
  n: number | null;
  /** how many did */
  k: number | null;
  /** the number of n that is asked for; null: none */
  wanted: number | null;
  /** of a failure, or of what is missing */
  causes: Cause[];
  /** facts that decide nothing */
  notes: Cause[];
  lacks: Lack[];
}

/** What a plan says about what is to be watched. */
export interface PlanFacts {
  /** relation × command whose access the plan changes */
  touched: { relation: NameKey; command: "SELECT" | "INSERT" | "UPDATE" | "DELETE" }[];
  /** the variables that no policy reads any more */
  retired: readonly string[];
  /** functions that are gone with the plan, without their arguments */
  dropped: readonly string[];
  /** functions that the plan changes or that its policies call, without schema and arguments */
  functions: readonly string[];
}

/** The limits of a gate, with the defaults of the playbook. */
export interface GateLimits {
  hours: number;
  gapMinutes: number;
  /** a statement that takes so many times as long, and reads more blocks, is slower */
  slower: number;
  /** milliseconds by which the mean of a statement has to have grown at least; less is noise of the machine */
  slowerMs: number;
  /** calls of a statement below which nothing is said about its speed */
  calls: number;
  /** the greatest share of requests that may be locked out unseen, at 95 %: with 0 of n, n has to be 3 / share */
  share: number;
}

/**
 * The greatest share that 0 of n leaves possible at 95 %: the rule of three, 3/n (Hanley and Lippman-Hand, JAMA 1983).
 * Null: nothing was seen.
 */
export const boundOf = (n: number): number | null => (n > 0 ? Math.min(1, 3 / n) : null);
