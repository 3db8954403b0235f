import type { MutantOutcome, MutationCounts, MutationScore } from "../verify/index.ts";
import type { Colours } from "./colours.ts";
import type { MutantsJson } from "./json-outputs.ts";
import { singleLined } from "./single-lined.ts";

const COLUMNS = ["mutants", "noticed", "equivalent", "survived"] as const satisfies (keyof MutationCounts)[];

/** A mutation check as a person reads it: a line for each kind, and each survivor by name with the prover's result. */
export function renderMutants(score: MutationScore, colours: Colours): string {
  const { kinds, all, killed, survivors: left } = singleLined(score);
  const width = Math.max(...["all", ...kinds.keys()].map((kind) => kind.length));
  const line = (title: string, cells: readonly string[]): string =>
    [title.padEnd(width), ...cells.map((cell, n) => cell.padStart(COLUMNS[n]?.length ?? 0))].join("  ");
  const counts = (of: MutationCounts): string[] => COLUMNS.map((column) => String(of[column]));
  return [
    colours.bold(line("policy", COLUMNS)),
    ...[...kinds].map(([kind, score]) => line(kind, counts(score))),
    line("all", counts(all)),
    "",
    ...left.flatMap(({ mutant, survivor }) => [
      `${colours.red("survived")} ${mutant.name}`,
      ...survivor.where.slice(0, 4).map((where) => `    ${where}`),
      ...(survivor.where.length > 4 ? [`    and ${survivor.where.length - 4} more`] : []),
    ]),
    ...(left.length > 0 ? [""] : []),
    `${left.length === 0 ? colours.green("✓") : colours.red("✗")} ${percent(killed)} of the mutants that can be noticed were: ${all.noticed} of ${all.noticed + all.survived}`,
    "",
  ].join("\n");
}

/** Rounded down: 100 % means all. */
const percent = (share: number): string => `${(Math.floor(share * 1000) / 10).toFixed(1)} %`;

/** The same as JSON. */
export function mutantsJson(outcomes: readonly MutantOutcome[], { kinds, all, killed }: MutationScore): MutantsJson {
  return {
    format: "rlsmith-mutants",
    formatVersion: 1,
    noticed: all.noticed,
    equivalent: all.equivalent,
    survived: all.survived,
    killed,
    kinds: Object.fromEntries(kinds),
    mutants: outcomes.map(({ mutant: { name, policy, kind, apply }, noticed, survivor }) => ({
      name,
      policy,
      kind,
      statements: apply,
      noticed,
      survivor,
    })),
  };
}
