/** The playbook as a list of steps, and where each stands by the evidence and by what is there. */
export type { Present, PresentPlan, PresentTarget } from "./present.ts";
export { rulesFor } from "./rules.ts";
export { nextStep, statusOf } from "./status.ts";
export type { Phase, Stale, State, Step, StepId, StepName } from "./step.ts";
