import { join, relative } from "node:path";
import type { Command } from "commander";
import { ToolError } from "../../errors.ts";
import { openSource, planSource, rehearseSource } from "../../pipeline.ts";
import { outputFiles, writeAll } from "../../plan/output.ts";
import { renderPlan } from "../../report/plan-terminal.ts";
import { renderRehearsal } from "../../report/rehearsal-terminal.ts";
import { renderReplay } from "../../report/replay-terminal.ts";
import { EXIT } from "../exit.ts";
import { projectOptions, withSource, type SourceFlags } from "../options.ts";
import { planFile } from "../plan-file.ts";
import { coloursFor, print, say } from "../terminal.ts";

interface PlanFlags extends SourceFlags {
  out?: string;
  dryRun?: boolean;
  rehearse: boolean;
  inlineHelpers?: boolean;
}

export function planCommand(program: Command, done: (exit: number) => void): void {
  withSource(program.command("plan"))
    .description("plan the move to claims, rehearse it, and write the migration and its way back")
    .option("--out <folder>", "write the files there instead of the project's own places")
    .option("--dry-run", "print the files, write nothing")
    .option("--no-rehearse", "do not run the migration on a scratch database first")
    .option("--inline-helpers", "write one-expression helpers into the policies instead of changing the helper")
    .action(async (project: string, flags: PlanFlags) => {
      const options = projectOptions(project, flags);
      const now = new Date();
      const source = await openSource(options);
      try {
        if (!source.config)
          throw new ToolError(
            "config",
            "NO_CONFIG",
            "there is no rlsmith.config.ts",
            "run `rlsmith init` first: it writes one from what it finds",
          );
        const { config } = source.config;
        if (flags.inlineHelpers) config.rules.inlineHelpers = true;
        const planned = planSource(source, config, options.projectDir, flags.out ?? null, now);
        const { plan, migration, place, names } = planned;
        const colours = coloursFor(process.stdout);
        const json = flags.format === "json";
        if (source.origin.kind === "migrations") say(renderReplay(source.origin.report, coloursFor(process.stderr)));
        if (!json) print(renderPlan(plan, colours, true));
        if (plan.open.length > 0) {
          if (json) print(JSON.stringify({ plan }, null, 2));
          throw new ToolError(
            "open-decision",
            "OPEN_DECISIONS",
            `${plan.open.length} decisions are open, so no file was written`,
            `decide them in ${relative(process.cwd(), source.config.file)}, each with a reason`,
          );
        }
        const rehearsal =
          flags.rehearse && plan.steps.length > 0
            ? await rehearseSource(source, planned, config, options.progress)
            : null;
        if (json)
          print(JSON.stringify({ plan, files: { up: names.up, down: names.down }, migration, rehearsal }, null, 2));
        else if (rehearsal) print(renderRehearsal(rehearsal, colours));
        if (rehearsal && !rehearsal.passed) {
          say("the rehearsal did not pass, so no file was written");
          return done(EXIT.findings);
        }
        if (plan.steps.length === 0) return say("nothing to do: every policy is in its final form");
        if (flags.dryRun) {
          if (!json) print(`-- ${names.up}\n${migration.up}\n-- ${names.down}\n${migration.down}`);
          return;
        }
        const file = join(options.projectDir, ".rlsmith", "plan.json");
        writeAll(
          [...outputFiles(place, names, migration, now), planFile(file, plan, names, options.projectDir)],
          options.projectDir,
        );
        for (const path of new Set([names.up, names.down, file])) say(`wrote ${relative(process.cwd(), path)}`);
      } finally {
        await source.close();
      }
    });
}
