import { resolve } from "node:path";
import { comparisonAnswer, type ComparisonAnswer } from "../pipeline/prove-folders.ts";
import type { ProveJson, PropertiesJson } from "../report/json-outputs.ts";
import type { Checked } from "../report/properties.ts";
import type { ProjectOptions } from "../pipeline/source.ts";
import type { SideProof } from "../pipeline/side.ts";
import { EXIT } from "./exit.ts";
import { printJson } from "./json-output.ts";
import { coloursFor, print, printProse, progressLines } from "./terminal.ts";

export const FORMATS = ["terminal", "json", "markdown"] as const;

export interface ProveFlags {
  never: string[];
  tenant?: string;
  assume: string[];
  emitSmt2?: string;
  proveTimeout: number;
  format: (typeof FORMATS)[number];
}

/** A flag that may be given several times. */
export const several = (value: string, before: string[]): string[] => [...before, value];

/** The options of a side that brings its own folder; the project here is the one whose revisions `git:` names. */
export const sideOptions = (): ProjectOptions => ({
  projectDir: resolve("."),
  scratch: { kind: "embedded" },
  strict: false,
  statementTimeout: 60,
  progress: progressLines(),
});

/** Print results to stdout in the requested format. */
export function printAs(
  format: ProveFlags["format"],
  value: ProveJson | PropertiesJson,
  markdown: () => string,
  terminal: (colours: ReturnType<typeof coloursFor>) => string,
): void {
  if (format === "json") printJson(value);
  else if (format === "markdown") print(markdown());
  else printProse(terminal(coloursFor(process.stdout)));
}

/**
 * 0 equivalent or tighter, 1 looser or incomparable, or something else that opens (a new relation that no policy guards
 * among them), 3 not settled: also where a trial alone says tighter, where a change cannot be told, and where no role
 * holds a privilege.
 */
export const exitOfComparison = (proof: SideProof): number => EXIT_OF_ANSWER[comparisonAnswer(proof)];

const EXIT_OF_ANSWER: Readonly<Record<ComparisonAnswer, number>> = {
  "nothing opens": EXIT.fine,
  opens: EXIT.findings,
  "not settled": EXIT.notProven,
};

/** 0 proved, 1 violated, 3 not settled. */
export function exitOfProperties(checked: readonly Checked[]): number {
  const answers = new Set(checked.flatMap(({ verdicts }) => verdicts.map(({ answer }) => answer)));
  if (answers.has("violated")) return EXIT.findings;
  return answers.has("unknown") || checked.some(({ failed }) => failed.length > 0) ? EXIT.notProven : EXIT.fine;
}
