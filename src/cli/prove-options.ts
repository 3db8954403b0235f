import { resolve } from "node:path";
import type { ProveJson, PropertiesJson } from "../report/json-outputs.ts";
import type { Checked } from "../report/properties.ts";
import type { ProjectOptions } from "../pipeline/source.ts";
import type { SideProof } from "../pipeline/side.ts";
import { isOnlyTried, type Effect } from "../prove/index.ts";
import { EXIT } from "./exit.ts";
import { printJson } from "./json-output.ts";
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
  value: ProveJson | PropertiesJson,
  markdown: () => string,
  terminal: (colours: ReturnType<typeof coloursFor>) => string,
): void {
  if (format === "json") printJson(value);
  else print(format === "markdown" ? markdown() : terminal(coloursFor(process.stdout)));
}

/**
 * 0 equivalent or tighter, 1 looser or incomparable, or something else that opens (a new relation that no policy guards
 * among them), 3 not settled: also where a trial alone says tighter, where a change cannot be told, and where no role
 * holds a privilege.
 */
export function exitOfComparison({ verdicts, added, objects, nothingGranted }: SideProof): number {
  const is = (...decisions: string[]): boolean => verdicts.some(({ decision }) => decisions.includes(decision));
  const unguarded = added.some(
    ({ rowSecurity, roles }) => !rowSecurity && roles.some(({ reach }) => Object.values(reach).includes("every row")),
  );
  const has = (effect: Effect): boolean => objects.some((object) => object.effect === effect);
  if (unguarded || has("opens") || is("looser", "incomparable", "always-errors")) return EXIT.findings;
  const isOpen = is("unknown", "vacuous") || verdicts.some(isOnlyTried);
  return nothingGranted || has("cannot be told") || isOpen ? EXIT.notProven : EXIT.fine;
}

/** 0 proved, 1 violated, 3 not settled. */
export function exitOfProperties(checked: readonly Checked[]): number {
  const answers = new Set(checked.flatMap(({ verdicts }) => verdicts.map(({ answer }) => answer)));
  if (answers.has("violated")) return EXIT.findings;
  return answers.has("unknown") || checked.some(({ failed }) => failed.length > 0) ? EXIT.notProven : EXIT.fine;
}
