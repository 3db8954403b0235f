import type { Cause, Judged } from "../judge/index.ts";
import type { Attempt } from "../matrix/index.ts";
import type { Actor } from "../personas/index.ts";
import type { SessionState } from "./session-state.ts";

/** A cell that is a breach, with all that is needed to run it again. */
export interface Example {
  cause: Cause;
  attempt: Attempt;
  actor: Actor;
  standing: SessionState | null;
  judged: Judged;
  /** of a breach of availability, the SQLSTATE that ends each statement; null for every other breach */
  error: string | null;
}
