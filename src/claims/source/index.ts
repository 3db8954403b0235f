/** The relation that claims come from. */
export { attempt, known, unknown } from "./answer.ts";
export type { Answer, Unknown } from "./answer.ts";
export { guessActive, ignoredStatus, readStatusChecks, readStoredStatus } from "./guess-active.ts";
export type { StatusWord } from "./guess-active.ts";
export { columnsIn, declaredSource, describedBy, isNoted, noteOf, notedSource } from "./source.ts";
export type { SyncSource, SyncedClaim } from "./source.ts";
export {
  activeSql,
  columnOf,
  comparable,
  idOf,
  jsonbOf,
  partsOf,
  pathArray,
  query,
  withClaims,
  withoutClaims,
} from "./sql.ts";
