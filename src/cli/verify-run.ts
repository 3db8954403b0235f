import { relative } from "node:path";
import { verifyFact } from "../pipeline/facts.ts";
import { writeIsolationTests } from "../pipeline/emit-tests.ts";
import { verifyMutants } from "../pipeline/verify-mutants.ts";
import { presentPlan } from "../pipeline/evidence.ts";
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
import { kept, recordedOf } from "./record.ts";
import { sayWritten } from "./options.ts";
import { EXIT } from "./exit.ts";
import { beginJson, completeJson, printJson, printResult } from "./json-output.ts";
import { coloursFor, print, printPart, printProse, say } from "./terminal.ts";
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
  if (json) beginJson(json.close);
  const live = options.db === undefined ? null : { writes: flags.writeAndRollBack ?? false };
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
  if (json) {
    json.end(found, platform, comparison ?? undefined);
    completeJson();
  } else if (flags.format === "junit") print(verificationJunit(found));
  else if (flags.format === "markdown") print(withPlatform(verificationMarkdown(found), platform));
  else {
    printProse(platformLine(platform));
    printProse(renderVerification(found, colours));
  }
  if (comparison && (flags.format === "terminal" || flags.format === "markdown"))
    printProse(renderVerifyComparison(comparison, colours));
  return recordedRun(source, flags, options, found, null);
}

/** The exit code of a run, which is evidence where it read the project or a target. */
async function recordedRun(
  source: Source,
  flags: VerifyFlags,
  options: ProjectOptions,
  found: Verification,
  emitted: string | null,
): Promise<number> {
  const migrations = source.origin.kind === "migrations" ? source.origin.folder : null;
  const file = emitted === null ? null : relative(options.projectDir, emitted);
  // what a live database answers may hold values of its rows
  if (migrations !== null) kept(options.projectDir, "verification", found, presentPlan(options.projectDir));
  return recordedOf(options, flags.target, exitOf(found, flags.requireSettled), {
    fact: verifyFact(found, file),
    migrations,
  });
}

/**
 * 1 if there is a breach; 70 if a statement of rlsmith itself is wrong; 3 if too little is settled for a run without a
 * breach to be a pass.
 */
function exitOf(found: Verification, required: number | undefined): number {
  if (found.breaches.length > 0) return EXIT.findings;
  if (found.notSettled.some(({ cause }) => cause.kind === "defect")) return EXIT.bug;
  return !found.conclusive || found.settlement.share * 100 < (required ?? 0) ? EXIT.notProven : EXIT.fine;
}

/**
 * Write the matrix as a file of tests, and print the openings, whose tests fail until they are closed. The exit code is
 * that of an attack.
 */
export async function emit(
  source: Source,
  kind: EmittedKind,
  flags: VerifyFlags,
  options: ProjectOptions,
): Promise<number> {
  const { path, found } = await writeIsolationTests(source, kind, options.projectDir, options.progress);
  sayWritten([path]);
  const isText = flags.format !== "json";
  const { breaches, conclusive, settlement } = found;
  const emitted = {
    format: "rlsmith-emitted",
    formatVersion: 1,
    file: path,
    breaches,
    conclusive,
    settlement,
  } as const;
  if (!isText) printJson(emitted);
  if (found.breaches.length > 0) {
    say(
      "open now: the tests of open tables require that no row of another tenant is reached, and fail until the policies are corrected",
    );
    if (isText) printProse(renderOpen(found, coloursFor(process.stdout)));
  }
  return recordedRun(source, flags, options, found, path);
}

/** Weaken each policy in turn, and print the mutants that the matrix did not notice. Returns the exit code. */
export async function mutate(source: Source, flags: VerifyFlags, options: ProjectOptions): Promise<number> {
  const outcomes = await verifyMutants(source, options.progress);
  options.progress.done("mutants", `${outcomes.length} policies weakened`);
  const score = mutationScore(outcomes);
  printResult(flags.format, mutantsJson(outcomes, score), (colours) => renderMutants(score, colours));
  return score.survivors.length > 0 ? EXIT.findings : EXIT.fine;
}
