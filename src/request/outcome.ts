/** The point at which a request raised an error. */
export type Stage = "setup" | "prelude" | "statement" | "probe";

/** The answer of PostgreSQL to one statement of a request. */
export type Response =
  | {
      kind: "answer";
      /** what the statement returned; of one that returns a count, the count; null: no row, or NULL */
      text: string | null;
      /** the texts of its probe before and after it; null: they are the same, or there is no probe */
      changed: { before: string; after: string } | null;
    }
  /** `message`: at most its first 300 characters */
  | { kind: "error"; sqlstate: string; message: string; at: Stage };
