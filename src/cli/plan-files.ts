import type { Config } from "../config.ts";
import type { DeclaredSchema } from "../pipeline/declared.ts";
import { planFact } from "../pipeline/facts.ts";
import type { Planned } from "../pipeline/plan.ts";
import type { PlanProof } from "../pipeline/prove-plan.ts";
import type { Source } from "../pipeline/source.ts";
import { writePlan } from "../pipeline/write-plan.ts";
import { planHash } from "../plan/index.ts";
import { renderDeclared } from "../report/declared.ts";
import { filesText } from "../report/plan-terminal.ts";
import { exitOfPlan } from "./exit.ts";
import { kept, recorded } from "./record.ts";
import { sayWritten } from "./options.ts";
import { sayPlanEnd, type Ending } from "./plan-end.ts";
import type { PlanFlags } from "./plan-options.ts";
import { coloursFor, print, printProse } from "./terminal.ts";

/** A plan that is ready to be written, and what is left after it. */
export interface ReadyPlan extends Omit<Ending, "writes"> {
  source: Source;
  planned: Planned;
  proved: PlanProof;
  declared: readonly DeclaredSchema[];
}

/** Write the files of a plan, or print them, and print to a person what is left and the next command. */
export async function finishPlan(
  ready: ReadyPlan,
  config: Config,
  flags: PlanFlags,
  projectDir: string,
  now: Date,
): Promise<void> {
  const { source, planned, proved, rehearsal, declared } = ready;
  const { plan, names, migration } = planned;
  const isText = flags.format !== "json";
  const writes = plan.steps.length > 0 && !flags.dryRun;
  if (flags.dryRun && isText && plan.steps.length > 0) print(filesText(names, migration));
  if (writes) sayWritten(writePlan(planned, proved, rehearsal, projectDir, now));
  const isReady = plan.steps.length > 0 && (rehearsal === null || rehearsal.passed);
  if (isText && isReady) for (const schema of declared) printProse(renderDeclared(schema, coloursFor(process.stdout)));
  sayPlanEnd(plan, config, { ...ready, writes });
  const migrations = source.origin.kind === "migrations" ? source.origin.folder : null;
  const fact = planFact(plan, proved, rehearsal);
  if (!writes) return;
  await recorded(projectDir, exitOfPlan(proved, rehearsal), { fact, plan: planHash(plan), migrations });
  kept(projectDir, "proof", { catalog: source.catalog, proved, rehearsal }, planHash(plan));
}
