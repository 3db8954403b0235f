import type { QualifiedName } from "../pg/name.ts";
import type { Component } from "./component.ts";

/**
 * Column values as Postgres prints them (`'t'`, `'{a,b}'`, `'2026-01-01'`); null for NULL. Columns that are not named
 * are NULL.
 */
export type RowValues = Record<string, string | null>;

export interface SituationRow {
  relation: QualifiedName;
  values: RowValues;
}

/**
 * A state of the database, a request that arrives, and the row that it is about: all that an access predicate depends
 * on.
 */
export interface Situation {
  role: string;
  relation: QualifiedName;
  component: Component;
  /**
   * custom settings by name, the claims setting included (`request.jwt.claims`, as JSON text). A setting that is not
   * named was never set on the connection.
   */
  settings: Record<string, string>;
  /** the row that is read, changed or deleted; for INSERT and UPDATE CHECK the row to be */
  row: RowValues;
  /** UPDATE CHECK: the row as it was */
  oldRow: RowValues | null;
  /** other rows that are there; `row` itself is there too unless the component is INSERT or UPDATE CHECK */
  rows: SituationRow[];
}

/** The outcome of the access predicate for the row. */
export type AccessOutcome = { kind: "allow" } | { kind: "deny" } | { kind: "error"; sqlstate: string; message: string };
