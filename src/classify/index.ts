/** The parts of classification that the other stages may use. */
export { classify } from "./classify.ts";
export type { ClassifiedPolicy, Pattern } from "./classify.ts";
export {
  claimUses,
  heldIn,
  inferContext,
  inferRequests,
  isOpenVariable,
  memberRows,
  renderConfig,
  sessionOnlyQuestions,
  tenancyOf,
} from "./context/index.ts";
export type {
  ClaimUse,
  ConfigAnswers,
  InferredContext,
  InferredRequests,
  MemberRow,
  RuleSetLine,
  SessionOnlyQuestion,
} from "./context/index.ts";
export { usesIn } from "./expression/index.ts";
export { catalogFindings } from "./findings/index.ts";
export type { Logins } from "./findings/index.ts";
export {
  analyseFunctions,
  argumentsIn,
  bodyOf,
  contextFunctions,
  functionIndex,
  reach,
  rowWrites,
} from "./functions/index.ts";
export type { Body, FunctionFacts, Local, RowWrite } from "./functions/index.ts";
