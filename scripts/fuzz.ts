/**
 * `npm run fuzz -- --seed N --points N`: verdicts of the prover against the answers of a real PostgreSQL, for any
 * number of points. Each pair of policies has a seed of its own, counted from N; without `--seed`, each slice of
 * RLSMITH_SLICE has a thousand of its own.
 */
import { parseArgs } from "node:util";
import { fuzz, type Contradiction, type Tally } from "../test/prove/fuzz/fuzz.ts";
import { caseFile } from "../test/prove/fuzz/report.ts";
import { newRunner } from "../test/prove/fuzz/runner.ts";
import { shrink } from "../test/prove/fuzz/shrink.ts";
import { sliceFrom } from "../test/support/slice.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: String(1 + 1000 * sliceFrom(process.env["RLSMITH_SLICE"]).index) },
    points: { type: "string", default: "20000" },
    /** contradictions to shrink and print */
    print: { type: "string", default: "5" },
  },
});
const [seed, points, most] = [Number(values.seed), Number(values.points), Number(values.print)];
if (![seed, points, most].every((value) => Number.isSafeInteger(value) && value >= 0)) {
  console.error("usage: npm run fuzz -- --seed N --points N [--print N]");
  process.exit(2);
}

const from = performance.now();
const runner = await newRunner();
let shown = 0;
const tally = await fuzz(runner, {
  seed,
  points,
  onPair: ({ pairs, points: done, contradictions }) => {
    if (pairs % 100 !== 0) return;
    const rate = Math.round(done / ((performance.now() - from) / 1000));
    console.error(`${pairs} pairs, ${done} points, ${rate} a second, ${contradictions.length} contradictions`);
  },
});
console.log(summary(tally));
for (const found of distinct(tally.contradictions)) {
  if (++shown > most) break;
  console.log(JSON.stringify(caseFile(await shrink(runner, found)), null, 1));
}
await runner.close();
// an unconfirmed witness makes a verdict unknown: worth checking, but no false claim was made
process.exit(tally.contradictions.some(({ kind }) => kind !== "witness") ? 1 : 0);

/** One contradiction of each kind first: false verdicts, then missing verdicts, then unconfirmed witnesses. */
function distinct(all: readonly Contradiction[]): Contradiction[] {
  const order = ["verdict", "crash", "witness"];
  const seen = new Set<number>();
  return all
    .toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))
    .filter(({ seed }) => !seen.has(seed) && seen.add(seed));
}

function summary(tally: Tally): string {
  const seconds = (performance.now() - from) / 1000;
  const total = [...tally.verdicts.values()].reduce((sum, count) => sum + count, 0);
  const share = (count: number): string => `${((100 * count) / Math.max(total, 1)).toFixed(1)} %`;
  const listed = (map: ReadonlyMap<string, number>): [string, string][] =>
    [...map].toSorted(([, a], [, b]) => b - a).map(([name, count]) => [`  ${name}`, `${count} (${share(count)})`]);
  const lines: [string, string][] = [
    ["pairs", `${tally.pairs} (${tally.policies} policies)`],
    ["points", `${tally.points}, ${Math.round(tally.points / seconds)} a second`],
    ["points at which the sides differ", String(tally.differing)],
    ["points at which both may raise", String(tally.excused)],
    ["allowed now, told by an error change alone", `${tally.hidden.gained} points`],
    ["denied now, told by an error change alone", `${tally.hidden.lost} points`],
    ["verdicts", String(total)],
    ...listed(tally.verdicts),
    ["reasons of unknown", ""],
    ...listed(tally.reasons),
    ["refused by Postgres", String([...tally.refused.values()].reduce((sum, count) => sum + count, 0))],
    ["witnesses confirmed", String(tally.witnesses.confirmed)],
    ["witnesses not confirmed", String(tally.witnesses.refuted + tally.witnesses.impossible)],
    ["contradictions", String(tally.contradictions.filter(({ kind }) => kind !== "witness").length)],
    [
      "seconds",
      `${seconds.toFixed(1)} (proving ${(tally.proving / 1000).toFixed(1)}, running ${(tally.running / 1000).toFixed(1)})`,
    ],
  ];
  const width = Math.max(...lines.map(([name]) => name.length));
  return lines.map(([name, value]) => `${name.padEnd(width)}  ${value}`.trimEnd()).join("\n");
}
