import type { Command } from "commander";
import { refuseUnanswered, withAccepted } from "../../pipeline/acceptances.ts";
import { declaredSchemas } from "../../pipeline/declared.ts";
import { openSource, platformOfSource } from "../../pipeline/source.ts";
import { planSource } from "../../pipeline/plan.ts";
import { proveSource } from "../../pipeline/prove-plan.ts";
import { readsLeft } from "../../pipeline/reads-left.ts";
import { offersFor } from "../../pipeline/rule-offers.ts";
import { configOf, refuseErrors, refuseOpenDecisions } from "../../pipeline/ready.ts";
import { rehearseSource } from "../../pipeline/rehearse.ts";
import { claimsWorth } from "../../report/claims-worth.ts";
import { renderPlan } from "../../report/plan-terminal.ts";
import { renderProof } from "../../report/proof-terminal.ts";
import { renderRehearsal } from "../../report/rehearsal-terminal.ts";
import { acceptances } from "../accept.ts";
import { exitOfPlan } from "../exit.ts";
import { printResult } from "../json-output.ts";
import { projectOptions, sayReplay } from "../options.ts";
import { finishPlan } from "../plan-files.ts";
import { withChosenRules, withPlan, type PlanFlags } from "../plan-options.ts";

export function planCommand(command: Command, done: (exit: number) => void): void {
  withPlan(command).action(async (project: string, flags: PlanFlags) => {
    const options = await projectOptions(project, flags);
    const now = new Date();
    const source = await openSource({ ...options, bindOwner: true });
    try {
      const config = withChosenRules(configOf(source), flags);
      const fresh = planSource(source, config, options.projectDir, flags.out ?? null, now);
      const platform = platformOfSource(source);
      sayReplay(source);
      printResult(flags.format, { plan: fresh.plan, platform }, (colours) =>
        renderPlan(fresh.plan, colours, claimsWorth(source.catalog, fresh.plan.context)),
      );
      refuseOpenDecisions(fresh.plan, source);
      refuseErrors(fresh.plan);
      const accepts = acceptances(flags.accept, config, fresh.plan);
      const { progress, projectDir } = options;
      const proved = await proveSource(source, fresh.plan, { timeout: flags.proveTimeout, accepts, progress });
      const planned = withAccepted(fresh, proved.objections);
      printResult(flags.format, { plan: fresh.plan, ...proved, platform }, (colours) => renderProof(proved, colours));
      refuseUnanswered(proved.objections, fresh.plan);
      const { plan, migration, names } = planned;
      const wanted = flags.rehearse && plan.steps.length > 0;
      const rehearsal = wanted ? await rehearseSource(source, planned, config, progress) : null;
      const ending = { readsLeft: readsLeft(source.catalog, plan, config), offers: offersFor(source, plan, config) };
      const declared = declaredSchemas(source, plan, projectDir);
      const facts = { ...proved, rehearsal, platform, declared, ...ending };
      printResult(
        flags.format,
        { format: "rlsmith-plan", formatVersion: 1, plan, files: names, migration, ...facts },
        (colours) => (rehearsal ? renderRehearsal(rehearsal, colours) : ""),
      );
      if (plan.steps.length > 0) done(exitOfPlan(proved, rehearsal));
      await finishPlan({ source, planned, proved, rehearsal, declared, ...ending }, config, flags, projectDir, now);
    } finally {
      await source.close();
    }
  });
}
