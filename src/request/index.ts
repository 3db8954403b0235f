/** A request against a database: its statements, the driver that runs them, and the meaning of the errors they raise. */
export { blockText, insideOf, raisedBy, responsesOf, runBatch, runKeyed } from "./driver.ts";
export { arrivalStatements, claimsStatements } from "./persona.ts";
export type { Persona } from "./persona.ts";
export { batchOf, settingName, settingStatement, settingStatements } from "./session-state.ts";
export type { SessionState, SettingWay } from "./session-state.ts";
export type { Inside, Response, Stage } from "./outcome.ts";
export { isLimit, isPrivilege, meaningOf } from "./sqlstate.ts";
export type { ConstraintKind, ErrorMeaning } from "./sqlstate.ts";
export type { Batch, Probe, Statement } from "./statement.ts";
