/** Finds scanners, hooks, lint rules, steps and instructions that demand the old pattern: texts in, findings and texts out. */
export { cleanGuards } from "./clean.ts";
export type { BlockingGuard, CleanedGuards, GuardsInput, LeftGuard, RemovedGuard } from "./cleaned.ts";
export type { PlannedText } from "./blocking.ts";
export type { Evidence, LeftReason } from "./context.ts";
export { kindOf } from "./kind.ts";
export type { GuardKind } from "./kind.ts";
export type { GuardNames } from "./names.ts";
