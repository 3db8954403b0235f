import { type Command, Option } from "commander";
import { checkClaims, planClaimsFix } from "../../pipeline/claims.ts";
import { claimsFact } from "../../pipeline/facts.ts";
import { openSource, platformOfSource } from "../../pipeline/source.ts";
import { writeAll } from "../../write-files.ts";
import { claimsMarkdown } from "../../report/claims-markdown.ts";
import { claimsJson } from "../../report/claims-json.ts";
import { renderClaims } from "../../report/claims-terminal.ts";
import { withPlatform } from "../../report/platform.ts";
import { tokensOf } from "../claims-options.ts";
import { EXIT } from "../exit.ts";
import { recordedOf } from "../record.ts";
import { printJson } from "../json-output.ts";
import { projectOptions, sayReplay, sayWritten, withSource, type SourceFlags } from "../options.ts";
import { coloursFor, print, printProse, say } from "../terminal.ts";

interface ClaimsFlags extends Omit<SourceFlags, "format"> {
  format: SourceFlags["format"] | "markdown";
  jwtExpiry: string;
  since?: string;
  fix?: boolean;
  out?: string;
}

export function claimsCommand(command: Command, done: (exit: number) => void): void {
  withSource(
    command,
    new Option("--format <format>", "output format").choices(["terminal", "json", "markdown"]).default("terminal"),
  )
    .option("--jwt-expiry <seconds>", "lifetime of an access token", "3600")
    .option(
      "--since <time>",
      "time of a change of claims: list users who may hold a token from before (2026-11-23T10:00:00Z)",
    )
    .option("--fix", "write a migration that repairs the sync and fills in claims; apply nothing")
    .option("--out <folder>", "write the migration there instead of the migrations folder")
    .action(async (project: string, flags: ClaimsFlags) => {
      const tokens = tokensOf(flags);
      const options = await projectOptions(project, { ...flags, format: "terminal" });
      const source = await openSource(options);
      try {
        sayReplay(source);
        const platform = platformOfSource(source);
        const report = await checkClaims(source, tokens, options.progress);
        if (flags.format === "json") printJson(claimsJson(report, platform));
        else if (flags.format === "markdown") print(withPlatform(claimsMarkdown(report), platform));
        else printProse(renderClaims(report, coloursFor(process.stdout)));
        const exit = report.findings.some(({ severity }) => severity !== "info") ? EXIT.findings : EXIT.fine;
        done(await recordedOf(options, flags.target, exit, { fact: claimsFact(report) }));
        if (!flags.fix) return;
        const files = planClaimsFix(source, report, options.projectDir, flags.out ?? null, new Date());
        if (files === null) return say("nothing to fix: the sync is complete and the claims of every user are in step");
        writeAll(files, options.projectDir);
        sayWritten(files.map(({ path }) => path));
      } finally {
        await source.close();
      }
    });
}
