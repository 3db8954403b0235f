import type { Command } from "commander";
import { inspectCatalog } from "../../pipeline/inspection.ts";
import { loginsOf, openSource, platformOfSource } from "../../pipeline/source.ts";
import { inspectJson, renderInspect } from "../../report/inspect-terminal.ts";
import { platformLine } from "../../report/platform.ts";
import { EXIT } from "../exit.ts";
import { printResult } from "../json-output.ts";
import { projectOptions, sayReplay, withSource, type SourceFlags } from "../options.ts";
import { printProse } from "../terminal.ts";

export function inspectCommand(command: Command, done: (exit: number) => void): void {
  withSource(command).action(async (project: string, flags: SourceFlags) => {
    const source = await openSource(await projectOptions(project, flags));
    try {
      const inspected = inspectCatalog(source.catalog, source.config?.config ?? null, loginsOf(source));
      const { findings } = inspected;
      const platform = platformOfSource(source);
      sayReplay(source);
      const value = inspectJson(inspected, platform);
      printResult(flags.format, value, (colours) => {
        const width = process.stdout.columns ?? 120;
        printProse(platformLine(platform));
        return renderInspect(inspected, { color: colours.isColorSupported, colours, width });
      });
      done(findings.some((finding) => finding.severity === "error") ? EXIT.findings : EXIT.fine);
    } finally {
      await source.close();
    }
  });
}
