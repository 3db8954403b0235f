/** The parts of `rlsmith verify` that the rest of rlsmith may use. */
export { comparing, readBefore } from "./compare.ts";
export type { Before, Comparison } from "./compare.ts";
export { collectExamples, EMITTED, emittedPath, isEmitted, isolationTests, pgtap, vitest } from "./emit/index.ts";
export type { EmittedKind } from "./emit/index.ts";
export {
  liveEnvironment,
  comparedConstants,
  documentsRead,
  scratchEnvironment,
  settingsRead,
  viewDefinitions,
} from "./environment/index.ts";
export type { TestEnvironment, Known } from "./environment/index.ts";
export { checkDeclared } from "./judge/index.ts";
export type { Breach, Cell, Command, Heat, Note, PersonaClass, Unsettled, Verification } from "./matrix/index.ts";
export { mutationScore, pastUsing, policyMutants, runMutants } from "./mutation/index.ts";
export type { MutantOutcome, MutationCounts, MutationScore, PolicyMutant, Survivor } from "./mutation/index.ts";
export { preparePreCommitCheck } from "./pre-commit-check.ts";
export { together } from "./together.ts";
export { verify } from "./verify.ts";
