/**
 * `npm run fuzz:built-in -- --pairs N --points N --seed N [--server URL]`: verdicts on conditions and schemas that are
 * drawn from the catalogs of PostgreSQL, against its answers; on a native 15 and a native 18, or on the server given
 * (a superuser's login of a server of no worth). Exits with 1 where a verdict is contradicted.
 */
import { parseArgs } from "node:util";
import { fuzzBuiltIn, type BuiltInTally } from "../test/prove/built-in/fuzz.ts";
import { startServer, type Major } from "../test/support/server.ts";

const { values } = parseArgs({
  options: {
    pairs: { type: "string", default: "20000" },
    points: { type: "string", default: "10" },
    seed: { type: "string", default: "1" },
    major: { type: "string", multiple: true, default: ["15", "18"] },
    server: { type: "string" },
    /** for each server; it ends earlier than after all pairs */
    seconds: { type: "string", default: "86400" },
    /** contradictions and unconfirmed witnesses to print, of each */
    print: { type: "string", default: "5" },
  },
});
const [pairs, points, seed, most] = [values.pairs, values.points, values.seed, values.print].map(Number);
const majors = values.major.map((major): Major | null => (major === "15" ? 15 : major === "18" ? 18 : null));
if (
  ![pairs, points, seed, most].every((value) => Number.isSafeInteger(value) && Number(value) >= 0) ||
  majors.includes(null)
) {
  console.error(
    "usage: npm run fuzz:built-in -- --pairs N --points N --seed N [--server URL | --major 15|18] [--print N]",
  );
  process.exit(2);
}

let wrong = 0;
if (values.server !== undefined) await run("the server", values.server);
else
  for (const major of majors) {
    if (major === null) continue;
    const server = await startServer(major);
    try {
      await run(`PostgreSQL ${major}`, server.url);
    } finally {
      await server.stop();
    }
  }
process.exit(wrong > 0 ? 1 : 0);

async function run(name: string, url: string): Promise<void> {
  const from = performance.now();
  const seconds = (): number => (performance.now() - from) / 1000;
  let [told, shown] = [0, 0];
  const tally = await fuzzBuiltIn(url, {
    seed: Number(seed),
    pairs: Number(pairs),
    points: Number(points),
    seconds: Number(values.seconds),
    onBatch: (done) => {
      for (const { seed: at, text } of done.contradicted.slice(shown))
        console.error(`contradicted, seed ${at}: ${text}`);
      shown = done.contradicted.length;
      if (done.pairs - told < 400) return;
      told = done.pairs;
      const memory = Math.round(process.memoryUsage.rss() / 2 ** 20);
      console.error(
        `${name}: ${done.pairs} pairs, ${Math.round(done.pairs / seconds())} a second, ${memory} MB, ` +
          `${done.contradicted.length} contradicted, ${done.unconfirmed.length} witnesses not confirmed`,
      );
    },
  });
  wrong += tally.contradicted.length;
  console.log(summary(name, tally, seconds()));
  for (const [title, list] of [
    ["contradicted", tally.contradicted],
    ["witness not confirmed", tally.unconfirmed],
  ] as const)
    for (const found of list.slice(0, Number(most)))
      console.log(`\n${title}, again with --seed ${found.seed} --pairs 1:\n${found.text}`);
}

function summary(name: string, tally: BuiltInTally, seconds: number): string {
  const lines: [string, string][] = [
    ["pairs", `${tally.pairs}, ${Math.round(tally.pairs / seconds)} a second, over ${tally.schemas} schemas`],
    ["points", String(tally.points)],
    ["points at which the sides differ", String(tally.differing)],
    ["points at which all rows raise on a side", String(tally.errors)],
    ...[...tally.decisions]
      .toSorted(([, a], [, b]) => b - a)
      .map(([decision, count]): [string, string] => [`verdicts ${decision}`, String(count)]),
    ["verdicts compared", String(tally.compared)],
    ["verdicts contradicted", String(tally.contradicted.length)],
    ["witnesses run", String(tally.witnesses)],
    ["witnesses not confirmed", String(tally.unconfirmed.length)],
    ["refused by PostgreSQL", `${tally.refused} conditions, ${tally.refusedSchemas} schemas`],
  ];
  const width = Math.max(...lines.map(([title]) => title.length));
  return [name, ...lines.map(([title, value]) => `  ${title.padEnd(width)}  ${value}`)].join("\n");
}
