/** The answer of a statement, the cause of a breach, declared exceptions. */
export { causeOf } from "./cause.ts";
export type { Cause, Opened } from "./cause.ts";
export { checkDeclared, isDeclared } from "./declared.ts";
export { judge } from "./judge.ts";
export type { Facts } from "./facts.ts";
export type { Judged } from "./judge.ts";
export { reproduce } from "./reproduce.ts";
