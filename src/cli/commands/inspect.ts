import type { Command } from "commander";
import { inspectCatalog } from "../../pipeline/inspection.ts";
import { loginsOf, openSource, platformOfSource } from "../../pipeline/source.ts";
import { inspectJson, renderInspect } from "../../report/inspect-terminal.ts";
import { platformLine } from "../../report/platform.ts";
import { EXIT } from "../exit.ts";
import { projectOptions, sayReplay, withSource, type SourceFlags } from "../options.ts";
import { coloursFor, print } from "../terminal.ts";

export function inspectCommand(command: Command, done: (exit: number) => void): void {
  withSource(command).action(async (project: string, flags: SourceFlags) => {
    const source = await openSource(projectOptions(project, flags));
    try {
      const inspected = inspectCatalog(source.catalog, source.config?.config ?? null, loginsOf(source));
      const { catalog, facts, classified, findings, inferred } = inspected;
      const colours = coloursFor(process.stdout);
      const platform = platformOfSource(source);
      sayReplay(source);
      if (flags.format === "json")
        print(JSON.stringify({ ...inspectJson(catalog, classified, facts, findings, inferred), platform }, null, 2));
      else
        print(
          `${platformLine(platform)}\n${renderInspect(inspected, {
            color: colours.isColorSupported,
            colours,
            width: process.stdout.columns ?? 120,
          })}`,
        );
      done(findings.some((finding) => finding.severity === "error") ? EXIT.findings : EXIT.fine);
    } finally {
      await source.close();
    }
  });
}
