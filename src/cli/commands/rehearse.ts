import type { Command } from "commander";
import { ToolError } from "../../errors.ts";
import { catalogHash } from "../../pg/catalog-hash.ts";
import { openSource } from "../../pipeline/source.ts";
import { planSource } from "../../pipeline/plan.ts";
import { rehearseSource } from "../../pipeline/rehearse.ts";
import { writeAll } from "../../plan/output.ts";
import { renderRehearsal } from "../../report/rehearsal-terminal.ts";
import { EXIT } from "../exit.ts";
import { projectOptions, withSource, type SourceFlags } from "../options.ts";
import { differencesFile, readPlanFile } from "../plan-file.ts";
import { configOf, refuseOpenDecisions } from "../ready.ts";
import { coloursFor, print, say } from "../terminal.ts";

export function rehearseCommand(program: Command, done: (exit: number) => void): void {
  withSource(program.command("rehearse"))
    .description(
      "run the plan's files up, down and up again on a scratch database, and compare access before and after",
    )
    .action(async (project: string, flags: SourceFlags) => {
      const options = projectOptions(project, flags);
      const stored = readPlanFile(options.projectDir);
      // The migration that the plan wrote is part of the folder by now; what is rehearsed starts before it.
      const source = await openSource(options, stored?.upPath ?? null);
      try {
        const config = configOf(source);
        const fresh = planSource(source, config, options.projectDir, null, new Date());
        if (stored && stored.plan.catalogHash !== catalogHash(source.catalog))
          throw new ToolError(
            "environment",
            "STALE_PLAN",
            "the migrations changed since the plan was made",
            "run `rlsmith plan` again",
          );
        if (!stored) refuseOpenDecisions(fresh.plan, source);
        if (!stored && fresh.plan.steps.length === 0)
          return say("nothing to rehearse: every policy is in its final form");
        const planned = stored
          ? {
              ...fresh,
              plan: stored.plan,
              migration: { up: stored.up, down: stored.down },
              names: { ...fresh.names, ownTransaction: stored.files.ownTransaction },
            }
          : fresh;
        const rehearsal = await rehearseSource(source, planned, config, options.progress);
        if (flags.format === "json") print(JSON.stringify(rehearsal, null, 2));
        else print(renderRehearsal(rehearsal, coloursFor(process.stdout)));
        if (rehearsal.access) writeAll([differencesFile(options.projectDir, rehearsal.access)], options.projectDir);
        done(rehearsal.passed ? EXIT.fine : EXIT.findings);
      } finally {
        await source.close();
      }
    });
}
