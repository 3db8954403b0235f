import { type Command, Option } from "commander";
import { gateOfTarget, watchTarget } from "../../pipeline/watch.ts";
import { readPlan } from "../../plan/index.ts";
import { gateJunit } from "../../report/gate-junit.ts";
import { gateMarkdown } from "../../report/gate-markdown.ts";
import { gateJson, renderGate } from "../../report/gate.ts";
import { exitOfGate } from "../exit.ts";
import { printResult } from "../json-output.ts";
import { onTarget, withTarget, type TargetFlags } from "../target-options.ts";
import { printForProgram } from "../terminal.ts";

interface GateFlags extends Omit<TargetFlags, "format"> {
  plan?: string;
  format: "terminal" | "json" | "junit" | "markdown";
}

const FORMATS = ["terminal", "json", "junit", "markdown"];

export function gateCommand(command: Command, done: (exit: number) => void): void {
  withTarget(command, new Option("--format <format>", "output format").choices(FORMATS).default("terminal"))
    .option("--plan <file>", "the plan (default: .rlsmith/plan.json)")
    .action(async (project: string, flags: GateFlags) => {
      const on = await onTarget(project, { ...flags, format: "terminal" });
      const gate = await gateOfTarget(watchTarget(on, readPlan(on.projectDir, flags.plan).plan));
      if (flags.format === "junit") printForProgram(gateJunit(gate));
      else if (flags.format === "markdown") printForProgram(gateMarkdown(gate));
      else printResult(flags.format, gateJson(gate), (colours) => renderGate(gate, colours));
      done(exitOfGate(gate));
    });
}
