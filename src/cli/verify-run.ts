import { writeIsolationTests } from "../pipeline/emit-tests.ts";
import { verifyMutants } from "../pipeline/verify-mutants.ts";
import { verifySource } from "../pipeline/verify.ts";
import { platformOfSource, type ProjectOptions, type Source } from "../pipeline/source.ts";
import { mutantsJson, renderMutants } from "../report/mutants.ts";
import { platformLine, withPlatform } from "../report/platform.ts";
import { renderVerifyComparison } from "../report/verify-comparison.ts";
import { jsonWriter } from "../report/verify-json.ts";
import { verificationJunit } from "../report/verify-junit.ts";
import { verificationMarkdown } from "../report/verify-markdown.ts";
import { renderOpen, renderVerification } from "../report/verify-terminal.ts";
import { comparing, type Before, mutationScore } from "../verify/index.ts";
import type { EmittedKind, Verification } from "../verify/index.ts";
import { sayWritten } from "./options.ts";
import { EXIT } from "./exit.ts";
import { coloursFor, print, printPart, say } from "./terminal.ts";
import type { VerifyFlags } from "./verify-options.ts";

/** Run the matrix and print it. Returns the exit code. */
export async function attack(
  source: Source,
  flags: VerifyFlags,
  options: ProjectOptions,
  before: Before | null,
): Promise<number> {
  const compared = before && comparing(before);
  const json = flags.format === "json" ? jsonWriter(printPart) : null;
  const live = flags.db === undefined ? null : { writes: flags.writeAndRollBack ?? false };
  const found = await verifySource(
    source,
    live,
    (cell) => {
      compared?.cell(cell);
      json?.cell(cell);
    },
    options.progress,
  );
  const comparison = compared?.end(found) ?? null;
  const colours = coloursFor(process.stdout);
  const platform = platformOfSource(source);
  if (json) json.end({ ...found, platform, ...(comparison && { comparison }) });
  else if (flags.format === "junit") print(verificationJunit(found));
  else if (flags.format === "markdown") print(withPlatform(verificationMarkdown(found), platform));
  else print(`${platformLine(platform)}\n${renderVerification(found, colours)}`);
  if (comparison && (flags.format === "terminal" || flags.format === "markdown"))
    print(renderVerifyComparison(comparison, colours));
  return exitOf(found);
}

/** 1 if there is a breach, or if nothing could be tried, which is no pass. */
const exitOf = (found: Verification): number =>
  found.breaches.length > 0 || found.nothingTried ? EXIT.findings : EXIT.fine;

/**
 * Write the matrix as a file of tests, and print the openings, whose tests fail until they are closed. The exit code is
 * that of an attack.
 */
export async function emit(source: Source, kind: EmittedKind, options: ProjectOptions): Promise<number> {
  const { path, found } = await writeIsolationTests(source, kind, options.projectDir, options.progress);
  sayWritten([path]);
  if (found.breaches.length > 0) {
    say(
      "open now: tests of tables that are open ask that nothing of another tenant is reached, and fail until it is mended",
    );
    print(renderOpen(found, coloursFor(process.stdout)));
  }
  return exitOf(found);
}

/** Weaken each policy in turn, and print the mutants that the matrix did not notice. Returns the exit code. */
export async function mutate(source: Source, flags: VerifyFlags, options: ProjectOptions): Promise<number> {
  const outcomes = await verifyMutants(source, options.progress);
  options.progress.done("mutants", `${outcomes.length} policies made worse`);
  const score = mutationScore(outcomes);
  print(flags.format === "json" ? mutantsJson(outcomes, score) : renderMutants(score, coloursFor(process.stdout)));
  return score.survivors.length > 0 ? EXIT.findings : EXIT.fine;
}
