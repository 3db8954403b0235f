/** The phases of a run, and the record that they fill. */
export { around } from "./phases/around.ts";
export { availability } from "./phases/availability.ts";
export { bypass } from "./phases/bypass.ts";
export { context } from "./phases/context.ts";
export { controls } from "./phases/controls.ts";
export { copy } from "./phases/copy.ts";
export { functions } from "./phases/functions.ts";
export { ownValues } from "./phases/own-values.ts";
export { pool } from "./phases/pool.ts";
export { tables } from "./phases/tables.ts";
export { settleLater } from "./plainly-open.ts";
export { recordUnavailable } from "./unavailable.ts";
export { prepare, privilegesOf } from "./run.ts";
export type { VerifyOptions } from "./state.ts";
export { variableStates } from "./session-states.ts";
export type { SessionState } from "./session-states.ts";
export { summary } from "./summary.ts";
export { verdictOf } from "./verdict.ts";
