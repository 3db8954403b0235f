import { resolve } from "node:path";
import { Option, type Command } from "commander";
import { mergeEvidence, verifyEvidence } from "../../pipeline/check-evidence.ts";
import { renderFaults } from "../../report/evidence.ts";
import { statementOf } from "../../evidence/index.ts";
import { VERSION } from "../../version.ts";
import { EXIT } from "../exit.ts";
import { printJson } from "../json-output.ts";
import { coloursFor, print, printForProgram, say } from "../terminal.ts";

type Format = "terminal" | "json" | "in-toto";

export function evidenceCommand(command: Command, done: (exit: number) => void): void {
  command
    .command("verify")
    .description("check the chain of lines and the figures that can be counted again, without a database")
    .argument("[project]", "the project's folder", ".")
    .addOption(
      new Option("--format <format>", "output format").choices(["terminal", "json", "in-toto"]).default("terminal"),
    )
    .action((project: string, { format }: { format: Format }) => {
      const { lines, faults, differences } = verifyEvidence(resolve(project));
      const isSound = faults.length === 0 && differences.length === 0;
      if (format === "json")
        printJson({ format: "rlsmith-evidence", formatVersion: 1, lines: lines.length, faults, differences });
      else if (format === "in-toto" && isSound) printForProgram(`${JSON.stringify(statementOf(lines, VERSION))}\n`);
      else print(renderFaults({ lines: lines.length, faults, differences }, coloursFor(process.stdout)));
      done(isSound ? EXIT.fine : EXIT.findings);
    });
  command
    .command("merge")
    .description("resolve a conflict of git in .rlsmith/evidence.jsonl: both branches, and a line that joins them")
    .argument("[project]", "the project's folder", ".")
    .action(async (project: string) => {
      const { path, joined, lines } = await mergeEvidence(resolve(project));
      say(
        joined
          ? `wrote ${path}: ${lines} lines, the last of which joins both branches; add it to git`
          : "nothing to merge",
      );
      done(EXIT.fine);
    });
}
