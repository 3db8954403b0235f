/** The context map: the claim that replaces each variable. */
export { isOpen as isOpenVariable, renderConfig } from "./config-file.ts";
export type { ConfigAnswers } from "./config-answers.ts";
export type { RuleSetLine } from "./config-file.ts";
export { sessionOnlyQuestions } from "./session-only.ts";
export type { SessionOnlyQuestion } from "./session-only.ts";
export { inferContext } from "./infer.ts";
export type { InferredContext } from "./inferred.ts";
export { claimUses } from "./claim-uses.ts";
export type { ClaimUse } from "./claim-uses.ts";
export { memberRows } from "./member-rows.ts";
export type { MemberRow } from "./member-rows.ts";
export { tenancyOf } from "./tenancy.ts";
export { heldIn, inferRequests, type InferredRequests } from "./requests.ts";
