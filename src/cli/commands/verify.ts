import { type Command, Option } from "commander";
import { ToolError } from "../../errors.ts";
import { openSource } from "../../pipeline/source.ts";
import { projectOptions, sayReplay, withSource } from "../options.ts";
import { earlierRun, EMITTED, percentOf, VERIFY_FORMATS, type VerifyFlags } from "../verify-options.ts";
import { attack, emit, mutate } from "../verify-run.ts";

export function verifyCommand(command: Command, done: (exit: number) => void): void {
  withSource(command, new Option("--format <format>", "output format").choices([...VERIFY_FORMATS]).default("terminal"))
    .option(
      "-w, --write-and-roll-back",
      "with --db or --target: insert invented rows, try writes too, and roll everything back",
    )
    .option("--compare <file>", "list the changes since an earlier `--format json`")
    .option(
      "--require-settled <percent>",
      "end with 3 if a smaller share of relations × commands × personas is settled",
      percentOf,
    )
    .addOption(
      new Option("--emit <kind>", "write the attack as a file of tests").choices([...EMITTED]).conflicts("compare"),
    )
    .addOption(
      new Option(
        "--mutants",
        "weaken each policy in turn, and list the changes that the attack does not notice",
      ).conflicts(["emit", "compare"]),
    )
    .action(async (project: string, flags: VerifyFlags) => {
      if (flags.mutants === true && flags.format !== "terminal" && flags.format !== "json")
        throw new ToolError(
          "usage",
          "NO_SUCH_FORMAT",
          `--mutants has no \`--format ${flags.format}\``,
          "use terminal or json",
        );
      const before = earlierRun(flags.compare);
      const options = await projectOptions(project, { ...flags, format: "terminal" });
      if (flags.writeAndRollBack === true && options.db === undefined)
        throw new ToolError(
          "usage",
          "NOTHING_TO_ALLOW",
          "--write-and-roll-back is for a live database, and none was named",
          "leave it out, for a scratch database is written to anyway; or name a database with --db or --target",
        );
      const source = await openSource({ ...options, seeds: true });
      try {
        sayReplay(source);
        if (flags.emit) done(await emit(source, flags.emit, flags, options));
        else if (flags.mutants) done(await mutate(source, flags, options));
        else done(await attack(source, flags, options, before));
      } finally {
        await source.close();
      }
    });
}
