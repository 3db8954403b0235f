import { resolve } from "node:path";
import type { Checked } from "../report/properties.ts";
import type { ProjectOptions } from "../pipeline/source.ts";
import type { SideProof } from "../pipeline/side.ts";
import { isOnlyTried } from "../prove/index.ts";
import { EXIT } from "./exit.ts";
import { coloursFor, print, progressLines } from "./terminal.ts";

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
  value: unknown,
  markdown: () => string,
  terminal: (colours: ReturnType<typeof coloursFor>) => string,
): void {
  if (format === "json") print(JSON.stringify(value, null, 2));
  else print(format === "markdown" ? markdown() : terminal(coloursFor(process.stdout)));
}

/** 0 equivalent or tighter (3 where a trial alone says so), 1 looser or incomparable (or a new relation that no policy guards), 3 not settled. */
export function exitOfComparison({ verdicts, added }: SideProof): number {
  const is = (...decisions: string[]): boolean => verdicts.some(({ decision }) => decisions.includes(decision));
  const unguarded = added.some(
    ({ rowSecurity, roles }) => !rowSecurity && roles.some(({ reach }) => Object.values(reach).includes("every row")),
  );
  if (unguarded || is("looser", "incomparable", "always-errors")) return EXIT.findings;
  return is("unknown", "vacuous") || verdicts.some(isOnlyTried) ? EXIT.notProven : EXIT.fine;
}

/** 0 proved, 1 violated, 3 not settled. */
export function exitOfProperties(checked: readonly Checked[]): number {
  const answers = new Set(checked.flatMap(({ verdicts }) => verdicts.map(({ answer }) => answer)));
  return answers.has("violated") ? EXIT.findings : answers.has("unknown") ? EXIT.notProven : EXIT.fine;
}
