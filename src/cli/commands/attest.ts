import { resolve } from "node:path";
import { Option, type Command } from "commander";
import { attestStep } from "../../pipeline/attest.ts";
import { oneLine } from "../../report/visible.ts";
import { EXIT } from "../exit.ts";
import { printResult } from "../json-output.ts";
import { say, type Format } from "../terminal.ts";

interface AttestFlags {
  as: string;
  note: string;
  waive?: boolean;
  format: Format;
}

export function attestCommand(command: Command, done: (exit: number) => void): void {
  command
    .argument("<step>", "a step of `rlsmith status`")
    .argument("[project]", "the project's folder", ".")
    .requiredOption("--as <role>", "the capacity in which you say it: `Engineering Manager`")
    .requiredOption("--note <text>", "what you have seen or agreed")
    .option("--waive", "the step is not done, and need not be for this plan")
    .addOption(new Option("--format <format>", "output format").choices(["terminal", "json"]).default("terminal"))
    .action(async (step: string, project: string, { as, note, waive = false, format }: AttestFlags) => {
      const line = await attestStep(resolve(project), { step, as, note, waive });
      printResult(format, { format: "rlsmith-evidence-line", ...line }, () =>
        oneLine(`${line.by} says as ${as.trim()}: ${step} is ${waive ? "waived" : "done"}, ${note.trim()}`),
      );
      say("wrote .rlsmith/evidence.jsonl: commit it");
      done(EXIT.fine);
    });
}
