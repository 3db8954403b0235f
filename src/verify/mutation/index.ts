/** Weakened policies, and the check that the matrix notices them. */
export { pastUsing, policyMutants } from "./mutants.ts";
export type { PolicyMutant } from "./mutants.ts";
export { mutationScore } from "./mutation-score.ts";
export type { MutationCounts, MutationScore } from "./mutation-score.ts";
export { runMutants } from "./mutation.ts";
export type { MutantOutcome, Survivor } from "./mutation.ts";
