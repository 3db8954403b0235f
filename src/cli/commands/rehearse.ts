import type { Command } from "commander";
import { purposeOf, rehearsalFact } from "../../pipeline/facts.ts";
import { rehearseStored } from "../../pipeline/rehearse-stored.ts";
import { differencesFile } from "../../pipeline/write-plan.ts";
import { readPlan } from "../../plan/index.ts";
import { renderCallRehearsal } from "../../report/cleanup-sql.ts";
import { renderRehearsal } from "../../report/rehearsal-terminal.ts";
import { writeAll } from "../../write-files.ts";
import { exitOfCalls, exitOfRehearsal } from "../exit.ts";
import { printResult } from "../json-output.ts";
import { kept, recorded } from "../record.ts";
import { projectOptions, withSource, type SourceFlags } from "../options.ts";
import { say } from "../terminal.ts";

export function rehearseCommand(command: Command, done: (exit: number) => void): void {
  withSource(command)
    .option("--plan <file>", "the plan (default: .rlsmith/plan.json); that of `cleanup --sql` is .rlsmith/cleanup.json")
    .action(async (project: string, flags: SourceFlags & { plan?: string }) => {
      const options = await projectOptions(project, flags);
      const { rehearsal, calls } = await rehearseStored(options, flags.plan);
      const head = { format: "rlsmith-rehearsal", formatVersion: 1 } as const;
      const json = rehearsal
        ? { ...head, rehearsed: true as const, ...rehearsal, ...(calls ? { calls } : {}) }
        : { ...head, rehearsed: false as const };
      printResult(flags.format, json, (colours) =>
        rehearsal ? renderRehearsal(rehearsal, colours) + (calls ? renderCallRehearsal(calls, colours) : "") : "",
      );
      if (rehearsal === null) return say("nothing to rehearse: the plan changes nothing");
      const exit = calls && rehearsal.passed ? exitOfCalls(calls) : exitOfRehearsal(rehearsal);
      const { plan, hash } = readPlan(options.projectDir, flags.plan);
      done(await recorded(options.projectDir, exit, { fact: rehearsalFact(rehearsal, purposeOf(plan)), plan: hash }));
      if (!calls) kept(options.projectDir, "rehearsal", rehearsal, hash);
      if (rehearsal.access && !calls)
        writeAll([differencesFile(options.projectDir, rehearsal.access)], options.projectDir);
    });
}
