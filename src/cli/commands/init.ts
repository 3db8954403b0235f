import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import type { Command } from "commander";
import { renderConfig } from "../../classify/index.ts";
import { CONFIG_FILE } from "../../config.ts";
import { ToolError } from "../../errors.ts";
import { describeLocation } from "../../finding.ts";
import { inspectCatalog } from "../../pipeline/inspection.ts";
import { oneLine, visible } from "../../report/visible.ts";
import { writeAll } from "../../write-files.ts";
import { projectOptions, sayReplay, sayWritten, withSource, type SourceFlags } from "../options.ts";
import { askOpenQuestions, NO_ANSWERS, openAsking } from "../questions.ts";
import { print, say } from "../terminal.ts";

export function initCommand(command: Command, _done: (exit: number) => void): void {
  withSource(command)
    .option("--yes", "ask nothing: write what is certain, and mark the rest as open")
    .option("--force", "overwrite an existing config")
    .action(async (project: string, flags: SourceFlags & { yes?: boolean; force?: boolean }) => {
      const options = projectOptions(project, flags);
      const file = join(options.projectDir, CONFIG_FILE);
      if (existsSync(file) && !flags.force)
        throw new ToolError(
          "usage",
          "OUTPUT_EXISTS",
          `\`${relative(process.cwd(), file)}\` exists already`,
          "run with --force to overwrite it; the decisions in it are lost",
        );
      const ask = Boolean(!flags.yes && process.stdin.isTTY && process.stdout.isTTY);
      // A config that is about to be replaced is no source of facts about the project.
      const { source, variables } = await openAsking(options, ask);
      try {
        const { classified, inferred } = inspectCatalog(source.catalog, null);
        sayReplay(source);
        const answers = ask ? await askOpenQuestions(inferred, classified) : NO_ANSWERS;
        const migrations = source.origin.kind === "migrations" ? source.origin.folder : null;
        const text = renderConfig(inferred, classified, {
          migrationsFolder: migrations ? relative(options.projectDir, migrations.folder) || "." : null,
          layout: migrations?.layout ?? null,
          variables,
          answers,
        });
        writeAll([{ path: file, content: visible(text), replace: flags.force ?? false }], options.projectDir);
        if (flags.format === "json") return print(JSON.stringify({ file, inferred }, null, 2));
        for (const { setting, claim, type, certain } of inferred.variables) {
          const answer = answers.variables[setting]?.claim;
          const told = answer ?? (certain ? claim?.join(".") : undefined);
          say(oneLine(`${told === undefined ? "?" : "✓"} ${setting} → ${told ?? "open"} : ${type}`));
        }
        for (const conflict of inferred.conflicts)
          say(oneLine(`! ${describeLocation(conflict.at)}: ${conflict.message}`));
        sayWritten([file]);
      } finally {
        await source.close();
      }
    });
}
