/** The attack as pgTAP and vitest tests. */
export { isolationTests } from "./build.ts";
export { collectExamples } from "./examples.ts";
export { pgtap } from "./pgtap.ts";
export { EMITTED, emittedPath, isEmitted } from "./place.ts";
export type { EmittedKind } from "./place.ts";
export { vitest } from "./vitest.ts";
