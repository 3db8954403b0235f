/**
 * `npm run bench:watch-two-days`: a watch of two days, a sample a minute by a clock that is made up, kept on a server:
 * the time that keeping, reading on and judging a sample takes, and the heap, by hour. Prints a table, writes
 * bench/results/watch-two-days.json.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { openServer } from "../src/db/server.ts";
import { gateOf, newHistory, readOn, targetStore } from "../src/watch/index.ts";
import { startServer } from "../test/support/server.ts";
import { LIMITS, PLAN, twoDays } from "../test/watch/two-days.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const HOURS = [1, 2, 4, 8, 16, 24, 32, 40, 48];

const server = await startServer(15);
const db = await openServer(server.url);
const on = { target: "staging", planHash: "0".repeat(64) };
const store = targetStore(db, on);
const history = newHistory();
const rows: Record<string, unknown>[] = [];
let times: number[] = [];
for (const { sample, minute } of twoDays()) {
  const begun = performance.now();
  await store.append(sample, { log: { at: minute } });
  await readOn(history, store);
  const { outcome } = gateOf(on, { seen: history.seen, now: sample.at, plan: PLAN, limits: LIMITS }, {});
  times.push(performance.now() - begun);
  if (minute === 0) times = [];
  if (minute <= 0 || minute % 60 !== 0 || !HOURS.includes(minute / 60)) continue;
  collect();
  const sorted = times.toSorted((a, b) => a - b);
  rows.push({
    hour: minute / 60,
    gate: outcome,
    "ms a sample (median)": Number((sorted[Math.floor(sorted.length / 2)] ?? 0).toFixed(1)),
    "heap, MB": Number((process.memoryUsage().heapUsed / 1e6).toFixed(1)),
  });
  times = [];
}
const begun = performance.now();
const late = newHistory();
await readOn(late, store);
const anew = Math.round(performance.now() - begun);
await db.close();
await server.stop();
console.table(rows);
console.log(`reading all ${late.position.number} samples anew, as after a restart: ${anew} ms`);
mkdirSync("bench/results", { recursive: true });
writeFileSync("bench/results/watch-two-days.json", `${JSON.stringify({ rows, anew }, null, 2)}\n`);
