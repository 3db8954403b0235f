import type { RowKey } from "../pg/row-key.ts";

/** The answer to a statement: the rows that it saw or changed, or the error that it raised. */
export type Outcome = { kind: "rows"; rows: number; keys: RowKey[] | null } | { kind: "error"; sqlstate: string };
