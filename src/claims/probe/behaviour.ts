/** A change of a row of the source, and its effect on the claims. */
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
    /** on one of two active rows of a user */
    | "deactivate-one"
    | "delete-one";
  column: string | null;
  outcome: Outcome;
}

export type Outcome =
  | { kind: "follows" }
  /** the claims did not follow, although the trigger fires for other columns */
  | { kind: "not-fired" }
  /** the claims did not follow, whichever column the statement names */
  | { kind: "ignored" }
  /** the claims were written, but not as the source determines them */
  | { kind: "differs" }
  /** the claims were removed, although another row supplies them */
  | { kind: "taken" }
  /** no second value of the column is known */
  | { kind: "untried" }
  | { kind: "raised"; sqlstate: string; message: string };
