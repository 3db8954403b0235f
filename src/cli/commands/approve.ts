import { relative, resolve } from "node:path";
import { Option, type Command } from "commander";
import { approvePlan } from "../../pipeline/approve.ts";
import { oneLine } from "../../report/visible.ts";
import { EXIT } from "../exit.ts";
import { recorded } from "../record.ts";
import { printResult } from "../json-output.ts";
import { say, type Format } from "../terminal.ts";

export function approveCommand(command: Command, done: (exit: number) => void): void {
  command
    .argument("[project]", "the project's folder", ".")
    .requiredOption("--as <role>", "the capacity in which you approve: `Security Lead`")
    .option("--plan <file>", "the plan (default: .rlsmith/plan.json)")
    .addOption(
      new Option("--format <format>", "output format of the approval")
        .choices(["terminal", "json"])
        .default("terminal"),
    )
    .action(async (project: string, flags: { as: string; plan?: string; format: Format }) => {
      const { approval, plan, file } = await approvePlan(resolve(project), flags.as, { planFile: flags.plan });
      const { name, email, as, planHash } = approval;
      printResult(flags.format, { format: "rlsmith-approval", formatVersion: 1, ...approval }, () =>
        oneLine(`${name} <${email}> approves as ${as}: plan ${planHash.slice(0, 12)}, ${plan.steps.length} steps`),
      );
      say(oneLine(`wrote ${relative(process.cwd(), file)}: commit it`));
      const fact = { kind: "approval", as } as const;
      done(await recorded(resolve(project), EXIT.fine, { fact, plan: planHash }));
    });
}
