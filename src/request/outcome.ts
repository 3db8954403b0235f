/** The point at which a request raised an error. */
export type Stage = "setup" | "prelude" | "statement" | "probe";

/** The innermost function in which an error was raised. */
export type Inside = { kind: "function"; name: string } | { kind: "statement" } | { kind: "unknown" };

/** The answer of PostgreSQL to one statement of a request. */
export type Response =
  | {
      kind: "answer";
      /** what the statement returned; of one that returns a count, the count; null: no row, or NULL */
      text: string | null;
      /** the texts of its probe, or of each part of it, before and after it, where they differ */
      changed: { before: string; after: string }[];
    }
  | {
      kind: "error";
      sqlstate: string;
      /** at most its first 300 characters */
      message: string;
      /** its DETAIL and its HINT, on lines of their own, at most 600 characters; empty where there is neither */
      detail: string;
      at: Stage;
      inside: Inside;
      /** the constraint that PostgreSQL names; null: it names none */
      constraint: string | null;
    };
