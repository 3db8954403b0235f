import type { ReportFacts } from "../pipeline/report.ts";
import type { MissingPart, ReportJson } from "./json-outputs.ts";

/** What a report could not show. */
export function missingParts({ plan, proof, verification, rehearsal, targets }: ReportFacts): MissingPart[] {
  const all: (MissingPart & { isMissing: boolean })[] = [
    { part: "plan", target: null, command: "rlsmith plan", isMissing: plan === null },
    { part: "proof", target: null, command: "rlsmith plan", isMissing: plan !== null && proof.kind !== "known" },
    { part: "attack", target: null, command: "rlsmith verify", isMissing: verification.kind !== "known" },
    { part: "rehearsal", target: null, command: "rlsmith rehearse", isMissing: rehearsal.kind !== "known" },
    ...targets.flatMap(({ name, journal, traffic }): typeof all => [
      { part: "journal", target: name, command: "rlsmith report --live", isMissing: journal.kind !== "known" },
      {
        part: "samples",
        target: name,
        command: traffic.kind === "known" ? `rlsmith watch --target ${name}` : "rlsmith report --live",
        isMissing: traffic.kind !== "known" || traffic.value.points.length === 0,
      },
    ]),
  ];
  return all.flatMap(({ isMissing, ...one }) => (isMissing ? [one] : []));
}

/** One line for each part that is missing. */
export const missingLines = (parts: readonly MissingPart[]): string[] =>
  parts.map(({ part, target, command }) => `not in it: ${part}${target === null ? "" : ` of ${target}`} (${command})`);

/** What `report` has written. */
export const reportJson = (facts: ReportFacts, file: string, bytes: number): ReportJson => ({
  format: "rlsmith-report",
  formatVersion: 1,
  file,
  bytes,
  plan: facts.plan?.hash ?? null,
  figures: facts.sides?.figures ?? null,
  missing: missingParts(facts),
});
