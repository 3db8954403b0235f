import type { Command } from "commander";
import { rehearseProject } from "../../pipeline/rehearse.ts";
import { differencesFile } from "../../pipeline/write-plan.ts";
import { renderRehearsal } from "../../report/rehearsal-terminal.ts";
import { writeAll } from "../../write-files.ts";
import { exitOfRehearsal } from "../exit.ts";
import { printResult } from "../json-output.ts";
import { projectOptions, withSource, type SourceFlags } from "../options.ts";
import { say } from "../terminal.ts";

export function rehearseCommand(command: Command, done: (exit: number) => void): void {
  withSource(command).action(async (project: string, flags: SourceFlags) => {
    const options = await projectOptions(project, flags);
    const rehearsal = await rehearseProject(options);
    const head = { format: "rlsmith-rehearsal", formatVersion: 1 } as const;
    const json = rehearsal
      ? { ...head, rehearsed: true as const, ...rehearsal }
      : { ...head, rehearsed: false as const };
    printResult(flags.format, json, (colours) => (rehearsal ? renderRehearsal(rehearsal, colours) : ""));
    if (rehearsal === null) return say("nothing to rehearse: the plan changes nothing");
    if (rehearsal.access) writeAll([differencesFile(options.projectDir, rehearsal.access)], options.projectDir);
    done(exitOfRehearsal(rehearsal));
  });
}
