import type { CriterionName } from "../watch/index.ts";

/** A plan that was taken back because a criterion has failed. */
export interface TakenBack {
  criteria: CriterionName[];
  /** entries of the journal that were taken back, newest first; none: another rlsmith was first */
  entries: number[];
  /**
   * ISO 8601: the first failing statement by the server's log, or where the log does not know it, the last sample that
   * was clean: the failure came after it. Null: the first sample had failed already
   */
  since: { at: string; what: "statement" | "sample" } | null;
  /** from then until the rollback was committed */
  seconds: number | null;
}
