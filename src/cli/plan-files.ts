import type { ProjectOptions } from "../pipeline/source.ts";
import type { Planned } from "../pipeline/plan.ts";
import type { PlanProof } from "../pipeline/prove-plan.ts";
import { writePlan } from "../pipeline/write-plan.ts";
import type { DeclaredSchema } from "../pipeline/declared.ts";
import type { Rehearsal } from "../rehearse/index.ts";
import { renderDeclared } from "../report/declared.ts";
import { filesText, nothingToDo } from "../report/plan-terminal.ts";
import { sayWritten } from "./options.ts";
import type { PlanFlags } from "./plan-options.ts";
import { coloursFor, print, say } from "./terminal.ts";

/** A plan that is ready to be written. */
export interface ReadyPlan {
  planned: Planned;
  proved: PlanProof;
  rehearsal: Rehearsal | null;
  declared: readonly DeclaredSchema[];
}

/** Write the files of a plan, or print them, and print what is left to a person. */
export function finishPlan(ready: ReadyPlan, { projectDir }: ProjectOptions, flags: PlanFlags, now: Date): void {
  const { planned, proved, rehearsal } = ready;
  const { plan, names, migration } = planned;
  const json = flags.format === "json";
  if (plan.steps.length === 0) return say(nothingToDo(plan));
  if (flags.dryRun && !json) print(filesText(names, migration));
  if (!flags.dryRun) {
    sayWritten(writePlan(planned, proved, rehearsal, projectDir, now));
    if (rehearsal && !rehearsal.passed) return say("the rehearsal did not pass, so no migration was written");
  }
  if (!json) for (const schema of ready.declared) print(renderDeclared(schema, coloursFor(process.stdout)));
}
