import { resolve } from "node:path";
import { Option, type Command } from "commander";
import { nextStep } from "../../playbook/index.ts";
import { projectStatus } from "../../pipeline/status.ts";
import { renderStatus } from "../../report/status.ts";
import { statusMarkdown } from "../../report/status-markdown.ts";
import { exitOfStatus } from "../exit.ts";
import { printJson } from "../json-output.ts";
import { coloursFor, print, printProse } from "../terminal.ts";
import { ToolError } from "../../errors.ts";

interface StatusFlags {
  live?: boolean;
  check?: string;
  config?: string;
  format: "terminal" | "json" | "markdown";
}

export function statusCommand(command: Command, done: (exit: number) => void): void {
  command
    .argument("[project]", "the project's folder", ".")
    .option("--live", "ask the targets, too, whether the plan is in force there and their objects are as it left them")
    .option("--check <step>", "end with 0 if this step is done or waived, 1 if it failed or is stale, and 3 otherwise")
    .option("--config <file>", "config file (default: rlsmith.config.ts)")
    .addOption(
      new Option("--format <format>", "output format").choices(["terminal", "json", "markdown"]).default("terminal"),
    )
    .action(async (project: string, flags: StatusFlags) => {
      const status = await projectStatus(resolve(project), { live: flags.live ?? false, config: flags.config });
      const { steps, faults } = status;
      if (flags.check !== undefined && !steps.some(({ id }) => id === flags.check))
        throw new ToolError(
          "usage",
          "NO_SUCH_STEP",
          `the playbook has no step \`${flags.check}\``,
          `its steps: ${steps.map(({ id }) => id).join(", ")}`,
        );
      if (flags.format === "json")
        printJson({ format: "rlsmith-status", formatVersion: 1, next: nextStep(steps)?.id ?? null, ...status });
      else if (flags.format === "markdown") print(statusMarkdown(status));
      else printProse(renderStatus(status, coloursFor(process.stdout)));
      done(exitOfStatus(steps, faults.length, flags.check ?? null));
    });
}
