import type { PlanProof } from "../pipeline/prove-plan.ts";
import type { AssumedVerdict, Decision, Objection } from "../prove/index.ts";
import { groupBy } from "../pg/group-by.ts";
import type { Colours } from "./colours.ts";
import { withoutPrivilege } from "./compared-words.ts";
import { counted } from "./counted.ts";
import { failedBefore } from "./failed-before.ts";
import { objectionText } from "./objection.ts";
import { objectionWitness } from "./objection-witness.ts";
import { singleLined } from "./single-lined.ts";
import { tellShort } from "./witness.ts";

const DECISIONS: readonly Decision[] = [
  "equivalent",
  "tighter",
  "looser",
  "incomparable",
  "unknown",
  "always-errors",
  "vacuous",
  "no-privilege",
];

/**
 * The findings of the proof of a migration: a table of regimes, the objections that need an acceptance, and the holes
 * that close.
 */
export function renderProof(proved: PlanProof, colours: Colours): string {
  const { proof, objections: found, nothingGranted } = singleLined(proved);
  const seen = proof.access.flatMap(({ witnesses }) => witnesses).filter(({ confirmed }) => confirmed === true).length;
  const lines = [
    colours.bold("Proof"),
    `  ${counted(proof.access.length, "verdict on an access predicate", "verdicts on access predicates")} and ${proof.policies.length} on policies, solved in ${(proof.milliseconds / 1000).toFixed(1)} s; ${counted(seen, "witness", "witnesses")} confirmed by Postgres`,
    ...[...verdictTable(proof.access), ...failedBefore(proof.access)].map((line) => `  ${line}`),
  ];
  const open = found.filter(({ answer }) => answer === null);
  const section = (title: string, of: readonly Objection[], witnessOf: WitnessOf): void => {
    if (of.length > 0) lines.push("", colours.bold(title), ...byReason(of, witnessOf, colours));
  };
  const answeredBy = (who: "announced" | "accept"): Objection[] => found.filter(({ answer }) => answer?.by === who);
  section("Not equivalent or tighter, as the config or a rule announces:", answeredBy("announced"), () => null);
  section("Not equivalent or tighter, accepted with a reason:", answeredBy("accept"), () => null);
  section("Not equivalent or tighter, not accepted:", open, (objection) => objectionWitness(proof, objection));
  const holes = holesOf(proof.access);
  if (holes.length > 0) lines.push("", colours.bold("What a client that sets the variable could reach before:"));
  for (const { setting, count, example } of holes)
    lines.push(`  ${setting}: ${counted(count, "access predicate")}, for instance`, `    ${colours.dim(example)}`);
  lines.push(...withoutPrivilege({ verdicts: proof.access, nothingGranted }));
  return `${lines.join("\n")}\n`;
}

/** The line that shows the difference that an objection is about; null where there is none to show. */
type WitnessOf = (objection: Objection) => string | null;

/** One reason, then the verdicts that it applies to, each witness after the last of the policies that it is about. */
function byReason(found: readonly Objection[], witnessOf: WitnessOf, colours: Colours): string[] {
  const groups = groupBy(found, ({ answer, why }) => answer?.reason ?? objectionText(why));
  return [...groups].flatMap(([reason, list]) => [
    `  ${reason}`,
    ...[...groupBy(list, witnessOf)].flatMap(([witness, same]) => [
      ...same.map((objection) => `    ${verdictLine(objection, colours)}`),
      ...(witness === null ? [] : [`      ${witness}`]),
    ]),
  ]);
}

/** The verdict on rows of another tenant stands beside the one on all rows, and may differ from it. */
function verdictLine({ policy, regime, component, decision, why }: Objection, colours: Colours): string {
  const about = why.kind === "crosses tenants" ? ", rows of another tenant alone" : "";
  return `${colours.yellow(decision)}  ${policy}  ${colours.dim(`${regime}, ${component}${about}`)}`;
}

/** Counts of decisions by assumption; empty columns are left out. */
export function verdictTable(verdicts: readonly AssumedVerdict[]): string[] {
  const names = [...new Set(verdicts.map(({ assumption }) => assumption))];
  const columns = DECISIONS.filter((decision) => verdicts.some((verdict) => verdict.decision === decision));
  const rows = [
    ["", ...columns],
    ...names.map((name) => [
      name || "nothing assumed",
      ...columns.map((decision) =>
        String(verdicts.filter((verdict) => verdict.assumption === name && verdict.decision === decision).length),
      ),
    ]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
}

interface Hole {
  setting: string;
  count: number;
  example: string;
}

/**
 * Access that the old policies gave to any client that set the variable, a line for each variable: the shortest witness
 * that PostgreSQL confirmed.
 */
function holesOf(verdicts: readonly AssumedVerdict[]): Hole[] {
  const holes = new Map<string, { count: number; examples: string[] }>();
  for (const verdict of verdicts) {
    if (verdict.regime?.kind !== "foreign") continue;
    const lost = verdict.witnesses.find(({ change, confirmed }) => change === "lost" && confirmed !== false);
    if (!lost) continue;
    const hole = holes.get(verdict.regime.setting) ?? { count: 0, examples: [] };
    hole.count += 1;
    if (verdict.component === "SELECT") hole.examples.push(tellShort(lost));
    holes.set(verdict.regime.setting, hole);
  }
  return [...holes].map(([setting, { count, examples }]) => ({
    setting,
    count,
    example: examples.toSorted((a, b) => a.length - b.length)[0] ?? "a write",
  }));
}
