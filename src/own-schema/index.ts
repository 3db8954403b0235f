/** The tables that rlsmith keeps on a target, in schema rlsmith. */
export { makeOwnTable, ownTableDifferences, ownTableQuery } from "./own-table.ts";
export type { OwnTableFound, OwnTableShape } from "./own-table.ts";
