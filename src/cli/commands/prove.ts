import { Option, type Command } from "commander";
import { ToolError } from "../../errors.ts";
import { withTimeout } from "../accept.ts";
import { queryFiles } from "../emit.ts";
import { FORMATS, several, type ProveFlags } from "../prove-options.ts";
import { compare, never } from "../prove-run.ts";

export function proveCommand(command: Command, done: (exit: number) => void): void {
  withTimeout(command)
    .argument(
      "[before]",
      "a folder of migrations, git:REVISION, a postgres:// URL, env:NAME, target:NAME, or a catalog as .json",
    )
    .argument("[after]", "the same", ".")
    .option(
      "--never <property>",
      "cross-tenant-read, cross-tenant-write, anonymous-access, tenant-move, or SQL",
      several,
      [],
    )
    .option(
      "--tenant <column=claim>",
      "the tenant's column and claim, for the predefined properties: org_id=app_metadata.org_id",
    )
    .option("--assume <condition>", "SQL over settings and claims that every request satisfies", several, [])
    .option("--emit-smt2 <folder>", "write each question to the solver as SMT-LIB 2")
    .addOption(new Option("--format <format>", "output format").choices([...FORMATS]).default("terminal"))
    .action(async (before: string | undefined, after: string, flags: ProveFlags) => {
      const limits = { timeout: flags.proveTimeout, ...queryFiles(flags.emitSmt2) };
      if (flags.never.length > 0) done(await never(before ?? ".", flags, limits));
      else if (before !== undefined) done(await compare(before, after, flags, limits));
      else
        throw new ToolError("usage", "NO_SIDES", "there is nothing to compare", "name two: rlsmith prove git:main .");
    });
}
