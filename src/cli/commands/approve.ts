import { relative, resolve } from "node:path";
import { Option, type Command } from "commander";
import { withApproval } from "../../apply/approvals.ts";
import { ToolError } from "../../errors.ts";
import { approvalsOf, writeApprovals } from "../approvals-file.ts";
import { EXIT } from "../exit.ts";
import { personIn } from "../person.ts";
import { planOf } from "../target-options.ts";
import { print, say, type Format } from "../terminal.ts";

export function approveCommand(program: Command, done: (exit: number) => void): void {
  program
    .command("approve")
    .description("record your approval of the plan; a plan that changes needs new approvals")
    .argument("[project]", "the project's folder", ".")
    .requiredOption("--as <role>", "the capacity in which you approve: `Security Lead`")
    .option("--plan <file>", "the plan (default: .rlsmith/plan.json)")
    .addOption(
      new Option("--format <format>", "output format of the approval")
        .choices(["terminal", "json"])
        .default("terminal"),
    )
    .action(async (project: string, flags: { as: string; plan?: string; format: Format }) => {
      const projectDir = resolve(project);
      const { plan, hash } = planOf(projectDir, flags.plan);
      const as = flags.as.trim();
      if (as === "")
        throw new ToolError(
          "usage",
          "NO_CAPACITY",
          "--as is missing: the capacity in which you approve",
          'add for instance --as "Security Lead"',
        );
      const person = await personIn(projectDir);
      if (person === null)
        throw new ToolError(
          "environment",
          "NOBODY",
          "git has no mail address for you",
          "set it: git config user.name, git config user.email",
        );
      const approval = { as, ...person, at: new Date().toISOString(), planHash: hash };
      const file = writeApprovals(projectDir, withApproval(approvalsOf(projectDir), approval));
      print(
        flags.format === "json"
          ? JSON.stringify(approval, null, 2)
          : `${person.name} <${person.email}> approves as ${as}: plan ${hash.slice(0, 12)}, ${plan.steps.length} steps`,
      );
      say(`wrote ${relative(process.cwd(), file)}: commit it`);
      done(EXIT.fine);
    });
}
