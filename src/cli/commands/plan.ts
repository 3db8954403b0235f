import type { Command } from "commander";
import { openSource } from "../../pipeline/source.ts";
import { planSource } from "../../pipeline/plan.ts";
import { rehearseSource } from "../../pipeline/rehearse.ts";
import { renderPlan } from "../../report/plan-terminal.ts";
import { renderProof } from "../../report/proof-terminal.ts";
import { renderRehearsal } from "../../report/rehearsal-terminal.ts";
import { renderReplay } from "../../report/replay-terminal.ts";
import { provedPlan, refuseUnanswered, withAccept, type AcceptFlags } from "../accept.ts";
import { EXIT } from "../exit.ts";
import { projectOptions, withSource, type SourceFlags } from "../options.ts";
import { writePlan } from "../plan-file.ts";
import { configOf, refuseOpenDecisions } from "../ready.ts";
import { coloursFor, print, say } from "../terminal.ts";

interface PlanFlags extends SourceFlags, AcceptFlags {
  out?: string;
  dryRun?: boolean;
  rehearse: boolean;
  inlineHelpers?: boolean;
}

export function planCommand(program: Command, done: (exit: number) => void): void {
  withAccept(withSource(program.command("plan")))
    .description("plan the move to claims, rehearse it, and write the migration and its down migration")
    .option("--out <folder>", "write the files there instead of the project's own folders")
    .option("--dry-run", "print the files, write nothing")
    .option("--no-rehearse", "do not run the migration on a scratch database first")
    .option("--inline-helpers", "write one-expression helpers into the policies instead of changing the helper")
    .action(async (project: string, flags: PlanFlags) => {
      const options = projectOptions(project, flags);
      const now = new Date();
      const source = await openSource(options);
      try {
        const config = configOf(source);
        if (flags.inlineHelpers) config.rules.inlineHelpers = true;
        const planned = planSource(source, config, options.projectDir, flags.out ?? null, now);
        const { plan, migration, names } = planned;
        const colours = coloursFor(process.stdout);
        const json = flags.format === "json";
        if (source.origin.kind === "migrations") say(renderReplay(source.origin.report, coloursFor(process.stderr)));
        if (!json) print(renderPlan(plan, colours, true));
        else if (plan.open.length > 0) print(JSON.stringify({ plan }, null, 2));
        refuseOpenDecisions(plan, source);
        const proved = await provedPlan(source, plan, flags, options.progress);
        if (!json) print(renderProof(proved.proof, proved.objections, colours));
        refuseUnanswered(proved.objections);
        const wanted = flags.rehearse && plan.steps.length > 0;
        const rehearsal = wanted ? await rehearseSource(source, planned, config, options.progress) : null;
        if (json) print(JSON.stringify({ plan, files: names, migration, ...proved, rehearsal }, null, 2));
        else if (rehearsal) print(renderRehearsal(rehearsal, colours));
        if (rehearsal && !rehearsal.passed) done(EXIT.findings);
        if (plan.steps.length === 0) say("nothing to do: every policy is in its final form");
        else if (flags.dryRun && !json) print(`-- ${names.up}\n${migration.up}\n-- ${names.down}\n${migration.down}`);
        else if (!flags.dryRun) writePlan(planned, proved, rehearsal, options.projectDir, now);
      } finally {
        await source.close();
      }
    });
}
