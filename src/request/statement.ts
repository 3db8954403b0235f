/** One statement of a request. */
export interface Statement {
  sql: string;
  /**
   * `text`: it returns one text, or no row; `row`: it returns one row, as a CALL does, and its answer is a JSON array of
   * that row; `count`: the number of rows that it changes is its answer
   */
  returns: "text" | "row" | "count";
  /** run as the login before it, after the set-up of the batch */
  setup?: readonly string[] | undefined;
  /** the query, by its key in `Batch.probes`, that shows which rows the statement changed; null: none */
  probe: string | null;
}

/** Statements that arrive in the same way: with one role, one set of claims, and the session variables set alike. */
export interface Batch {
  role: string;
  /** the text of request.jwt.claims; null: the setting is not touched, so that on a fresh connection it is unset */
  claims: string | null;
  /** run as the login before each statement */
  setup: readonly string[];
  /** run as the role before each statement */
  prelude: readonly string[];
  /** the prelude changes rows itself: what it changed is not the statement's doing */
  preludeWrites: boolean;
  /** run as the login before and after a statement that names one */
  probes: ReadonlyMap<string, Probe>;
  statements: readonly Statement[];
}

/** What shows which rows a statement changed. */
export type Probe =
  | {
      kind: "query";
      /** a query of one text */
      sql: string;
      /** the tables that it reads, quoted, each standing for its partitions and children as well; null: not known */
      tables: readonly string[] | null;
    }
  /** the keys of several such queries; only those are run of whose tables one was changed */
  | { kind: "parts"; parts: readonly string[] };
