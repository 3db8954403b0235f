import { resolve } from "node:path";
import { Option, type Command } from "commander";
import { reportFacts } from "../../pipeline/report.ts";
import { reportHtml } from "../../report/html/index.ts";
import { missingLines, missingParts, reportJson } from "../../report/report-end.ts";
import { writeAll } from "../../write-files.ts";
import { EXIT } from "../exit.ts";
import { printJson } from "../json-output.ts";
import { sayWritten } from "../options.ts";
import { say, type Format } from "../terminal.ts";

interface ReportFlags {
  out: string;
  live?: boolean;
  config?: string;
  format: Format;
}

export function reportCommand(command: Command, done: (exit: number) => void): void {
  command
    .argument("[project]", "the project's folder", ".")
    .option("--out <file>", "the HTML file to write", "rlsmith-report.html")
    .option("--live", "read the journals and samples of the targets, too")
    .option("--config <file>", "config file (default: rlsmith.config.ts)")
    .addOption(new Option("--format <format>", "output format").choices(["terminal", "json"]).default("terminal"))
    .action(async (project: string, flags: ReportFlags) => {
      const facts = await reportFacts(resolve(project), { live: flags.live ?? false, config: flags.config });
      const [path, content] = [resolve(flags.out), reportHtml(facts)];
      writeAll([{ path, content, replace: true }], process.cwd());
      sayWritten([path]);
      if (flags.format === "json") printJson(reportJson(facts, path, Buffer.byteLength(content)));
      else for (const line of missingLines(missingParts(facts))) say(line);
      done(EXIT.fine);
    });
}
