/** A request against a database: its statements, the driver that runs them, and the meaning of the errors they raise. */
export { isLimit, isPrivilege, meaningOf } from "./sqlstate.ts";
export type { ConstraintKind, ErrorMeaning } from "./sqlstate.ts";
