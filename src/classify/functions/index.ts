/** The variables and claims that functions read and set. */
export { bodyOf } from "./body.ts";
export type { Body, Local } from "./body.ts";
export { functionIndex, reach, reachedReads, returnsOnlySetting } from "./called-functions.ts";
export type { FunctionIndex, Reached } from "./called-functions.ts";
export { callableBy, contextFunctions } from "./context-functions.ts";
export { analyseFunctions, claimOf, settleFallback, settleRead } from "./functions.ts";
export type { FunctionFacts } from "./facts.ts";
export { rowWrites } from "./row-writes.ts";
export type { RowWrite } from "./row-writes.ts";
export { readTokenFunctions, tokenFunctions } from "./token-functions.ts";
export { argumentsIn, executed } from "./writes.ts";
