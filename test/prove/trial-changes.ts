import type { AccessOutcome } from "../../src/prove/situation.ts";
import type { Decision } from "../../src/prove/verdict.ts";

type Seen = AccessOutcome["kind"] | null;

/** What PostgreSQL answers on both sides to the same requests, and the decision that follows for access. */
export interface TrialChange {
  title: string;
  /** before and after */
  answers: readonly (readonly [Seen, Seen])[];
  decision: Decision;
  /** the decision hangs on the requests that were tried: others may gain rows */
  onlyTried: boolean;
}

const change = (title: string, answers: TrialChange["answers"], decision: Decision): TrialChange => ({
  title,
  answers,
  decision,
  // a row that is gained once is gained; that none is gained is never shown by trying
  onlyTried: decision === "tighter",
});

export const TRIAL_CHANGES: readonly TrialChange[] = [
  change("a row is gained", [["deny", "allow"]], "looser"),
  change("a row is lost", [["allow", "deny"]], "tighter"),
  change(
    "a row is gained, another is lost",
    [
      ["deny", "allow"],
      ["allow", "deny"],
    ],
    "incomparable",
  ),
  change("an error becomes access", [["error", "allow"]], "looser"),
  change("access becomes an error", [["allow", "error"]], "tighter"),
  change(
    "an error becomes access, and access becomes an error",
    [
      ["error", "allow"],
      ["allow", "error"],
    ],
    "incomparable",
  ),
  change(
    "a row is gained beside errors",
    [
      ["deny", "allow"],
      ["allow", "error"],
    ],
    "looser",
  ),
  // nobody reaches a row by either
  change("an error becomes a refusal", [["error", "deny"]], "unknown"),
  change("a refusal becomes an error", [["deny", "error"]], "unknown"),
  change(
    "nothing differs",
    [
      ["allow", "allow"],
      ["deny", "deny"],
      ["error", "error"],
    ],
    "unknown",
  ),
  // a row that cannot be there on one side
  change(
    "an answer tells nothing",
    [
      [null, "allow"],
      ["allow", null],
    ],
    "unknown",
  ),
];
