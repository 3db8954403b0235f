import { Option, type Command } from "commander";
import { projectMetrics } from "../../pipeline/metrics.ts";
import { metricsJson, metricsMarkdown, renderMetrics } from "../../report/metrics.ts";
import { EXIT } from "../exit.ts";
import { printResult } from "../json-output.ts";
import { projectOptions } from "../options.ts";
import { printForProgram } from "../terminal.ts";

interface MetricsFlags {
  before?: string;
  live?: boolean;
  folder?: string;
  config?: string;
  format: "terminal" | "json" | "markdown";
}

export function metricsCommand(command: Command, done: (exit: number) => void): void {
  command
    .argument("[project]", "the project's folder", ".")
    .option("--before <revision>", "a git revision from before the move (default: before the plan's migration)")
    .option("--live", "count the samples of the targets, too")
    .option("--folder <path>", "the migrations folder, if it is not detected")
    .option("--config <file>", "config file (default: rlsmith.config.ts)")
    .addOption(
      new Option("--format <format>", "output format").choices(["terminal", "json", "markdown"]).default("terminal"),
    )
    .action(async (project: string, { before, live, format, ...flags }: MetricsFlags) => {
      const options = await projectOptions(project, { ...flags, statementTimeout: 60, format: "terminal" });
      const metrics = await projectMetrics(options, { before, live: live ?? false });
      if (format === "markdown") printForProgram(metricsMarkdown(metrics));
      else printResult(format, metricsJson(metrics), (colours) => renderMetrics(metrics, colours));
      done(EXIT.fine);
    });
}
