import type { RowKey } from "../pg/row-key.ts";

/** What a statement answered: the rows it saw or changed, or the error it raised. */
export type Outcome = { kind: "rows"; rows: number; keys: RowKey[] | null } | { kind: "error"; sqlstate: string };
