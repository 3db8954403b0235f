/** What was done to a row of the source, and what became of the claims. */
export interface Behaviour {
  what:
    | "insert"
    | "insert-inactive"
    | "update"
    | "deactivate"
    | "reactivate"
    | "delete"
    | "relink-old"
    | "relink-new"
    | "unlink"
    /** of one of two active rows of a user */
    | "deactivate-one"
    | "delete-one";
  column: string | null;
  outcome: Outcome;
}

export type Outcome =
  | { kind: "follows" }
  /** the claims did not follow, though the trigger fires for other columns */
  | { kind: "not-fired" }
  /** the claims did not follow, whatever column the statement names */
  | { kind: "ignored" }
  /** the claims were written, but not as the source says */
  | { kind: "differs" }
  /** the claims are gone, though another row gives them */
  | { kind: "taken" }
  /** no second value is known for the column */
  | { kind: "untried" }
  | { kind: "raised"; sqlstate: string; message: string };
