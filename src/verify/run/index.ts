/** The phases of a run, and the record that they fill. */
export { around } from "./phases/around.ts";
export { availability } from "./phases/availability.ts";
export { context } from "./phases/context.ts";
export { controls } from "./phases/controls.ts";
export { copy } from "./phases/copy.ts";
export { functions } from "./phases/functions.ts";
export { ownState, ownValues } from "./phases/own-values.ts";
export { pool } from "./phases/pool.ts";
export { tables } from "./phases/tables.ts";
export { settleLater } from "./plainly-open.ts";
export { recordUnavailable } from "./unavailable.ts";
export { mayLookUp, prepare, privilegesOf, sourceOf } from "./run.ts";
export type { Run, VerifyOptions } from "./state.ts";
export type { Example } from "./example.ts";
export { leftover, variableStates } from "./session-states.ts";
export type { SessionState } from "./session-states.ts";
export { summary } from "./summary.ts";
export { rowCommandOf, verdictOf } from "./verdict.ts";
