/** The reason why something about claims is unknown, or why a hook was not called. `report/` has the words. */
export type Cause =
  | Raised
  /** no trigger writes the claims */
  | { kind: "no trigger" }
  /** triggers on auth.users itself write claims, and the relation that they read is not followed */
  | { kind: "triggers on users"; triggers: string[] }
  | { kind: "several relations"; relations: string[] }
  | { kind: "no relation"; relation: string }
  /** no body of a sync trigger can be read */
  | { kind: "unread"; bodies: UnreadBody[] }
  /** the functions on a relation find the user in different columns */
  | { kind: "several users"; relation: string }
  /** the functions on a relation write a claim in two ways */
  | { kind: "several values"; relation: string; claim: string[] }
  /** the sync reads columns that the relation does not have */
  | { kind: "no column"; relation: string; columns: string[] }
  | { kind: "no source" }
  | { kind: "active unknown" }
  /** a function, or an expression of the source, may have effects that a rollback does not undo */
  | { kind: "side effects"; by: string }
  /** `why`: the reason of the analysis of functions, in words */
  | { kind: "unread function"; function: string; why: string }
  /** a function calls another one that is not in the catalog */
  | { kind: "unknown call"; function: string; calls: string }
  | { kind: "no privilege" }
  | { kind: "members unread"; because: Cause }
  | { kind: "not copied"; relation: string }
  | { kind: "probe not prepared"; because: Cause }
  /** no value was found for which a row is active; `because`: the error that the last one raised */
  | { kind: "no active row"; active: string; because: Cause | null }
  | { kind: "no sessions" }
  | { kind: "no refresh time" };

/** An error of PostgreSQL. The message is null where it may contain a value of a row. */
export interface Raised {
  kind: "raised";
  sqlstate: string;
  message: string | null;
}

/** A trigger function whose body does not show the claims; `through`: the functions that it calls to write them. */
export interface UnreadBody {
  function: string;
  because: BodyCause;
  through: string[];
}

/** The reason why the body of a trigger function does not show the claims. */
export type BodyCause =
  | { kind: "language"; language: string }
  | { kind: "unparsed" }
  | { kind: "no update" }
  | { kind: "user" }
  /** the value of a claim does not depend on the row alone */
  | { kind: "value"; claim: string[] }
  | { kind: "several values"; claim: string[] }
  | { kind: "never fires" };

/** The reason why the active rows are not known; `function` is null for the WHEN of a trigger. */
export type Unsure =
  | { kind: "several conditions"; function: string | null }
  | { kind: "unread condition"; function: string | null }
  /** the condition does not depend on the row alone; null where it cannot be printed */
  | { kind: "other condition"; function: string | null; condition: string | null }
  /** the triggers of the relation write under different conditions */
  | { kind: "different triggers"; relation: string };
