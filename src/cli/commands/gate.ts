import { type Command, Option } from "commander";
import { gateOfTarget, watchTarget } from "../../pipeline/watch.ts";
import { gateFact } from "../../pipeline/facts.ts";
import { readPlan } from "../../plan/index.ts";
import { gateJunit } from "../../report/gate-junit.ts";
import { gateMarkdown } from "../../report/gate-markdown.ts";
import { gateJson, renderGate } from "../../report/gate.ts";
import { exitOfGate } from "../exit.ts";
import { printResult } from "../json-output.ts";
import { escalated } from "../escalate.ts";
import { recorded } from "../record.ts";
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
      const { plan, hash } = readPlan(on.projectDir, flags.plan);
      const gate = await gateOfTarget(watchTarget(on, plan));
      if (flags.format === "junit") printForProgram(gateJunit(gate));
      else if (flags.format === "markdown") printForProgram(gateMarkdown(gate));
      else printResult(flags.format, gateJson(gate), (colours) => renderGate(gate, colours));
      const { projectDir, target } = on;
      const exit = await recorded(projectDir, exitOfGate(gate), { fact: gateFact(gate), plan: hash, target });
      if (gate.outcome === "failed") await escalated(projectDir, target, flags.config);
      done(exit);
    });
}
