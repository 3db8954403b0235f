/** One transaction on the target: its locks, its checks, its COMMIT, and the resolution of a COMMIT in doubt. */
export { runUntilResolved } from "./commit-resolution.ts";
export type { Connections, Talk } from "./commit-resolution.ts";
export { beforeGroups } from "./failure.ts";
export { withGroups } from "./groups-so-far.ts";
export type { FailedRun } from "./groups-so-far.ts";
export { inOneTransaction, journalOnly } from "./journal-only.ts";
export type { LockTry } from "./locks.ts";
export { mayAlter } from "./may-alter.ts";
export { checkClaimsSource, checkPrivileges, readPrivileges, checkWritable } from "./preflight.ts";
export { refusedByServer } from "./refused.ts";
export { sharesBackends, takeTurn } from "./session.ts";
export { pauseAfter, TriesSpent } from "./transition.ts";
export type { TransitionLimits, Transitioned } from "./transition.ts";
