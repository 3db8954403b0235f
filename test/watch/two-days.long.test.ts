import { afterAll, beforeAll, expect, test } from "vitest";
import { openServer, type ServerDb } from "../../src/db/server.ts";
import { gateOf, newHistory, readOn, targetStore } from "../../src/watch/index.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { LIMITS, PLAN, SAMPLES, twoDays } from "./two-days.ts";

let server: TestServer;
let db: ServerDb;
beforeAll(async () => {
  server = await startServer(15);
  db = await openServer(server.url);
});
afterAll(async () => {
  await db?.close();
  await server?.stop();
});

const on = { target: "staging", planHash: "0".repeat(64) };

/**
 * After minute m there were 40 · (m + 1) requests since the change, or 29 minutes' less after the gap: 3000 from hour 2
 * on. The hours begin anew at minute 630, after the gap, and at minute 1200, when the clock went back; 24 of them have
 * passed at minute 2640. The insert is refused at minute 2800.
 */
const expected = (hour: number): string => (hour >= 47 ? "failed" : hour >= 44 ? "passed" : "inconclusive");

test("two days of samples: the verdict of each hour, nothing read twice, and no memory that grows with them", async () => {
  const store = targetStore(db, on);
  let read = 0;
  const counted = {
    ...store,
    read: async (after: Parameters<typeof store.read>[0]) => {
      const came = await store.read(after);
      read += came.samples.length;
      return came;
    },
  };
  const running = newHistory();
  const verdicts: Record<number, string> = {};
  const enough: Record<number, string | undefined> = {};
  const sizes: number[] = [];
  let last = "";
  for (const { sample, minute } of twoDays()) {
    expect(await store.append(sample, { log: { at: minute } })).toBe(true);
    await readOn(running, counted);
    last = sample.at;
    if (minute <= 0 || minute % 60 !== 0) continue;
    const gate = gateOf(on, { seen: running.seen, now: sample.at, plan: PLAN, limits: LIMITS }, {});
    verdicts[minute / 60] = gate.outcome;
    enough[minute / 60] = gate.judgements.find(({ criterion }) => criterion === "denials")?.state;
    sizes.push(sizeOf(running));
  }
  expect(verdicts).toEqual(Object.fromEntries(Object.keys(verdicts).map((hour) => [hour, expected(Number(hour))])));
  expect(Object.keys(verdicts)).toHaveLength(48);
  expect([enough[1], enough[2], enough[46], enough[47]]).toEqual(["not enough yet", "passed", "passed", "failed"]);
  expect(read).toBe(SAMPLES + 10);
  // the counts have more digits, and the refused insert is new
  expect(Math.max(...sizes) - (sizes[0] ?? 0)).toBeLessThan(400);

  // whoever begins now comes to the same
  const late = newHistory();
  await readOn(late, store);
  const asked = { now: last, plan: PLAN, limits: LIMITS };
  expect(gateOf(on, { ...asked, seen: late.seen }, {})).toEqual(gateOf(on, { ...asked, seen: running.seen }, {}));
});

/** Of what a run keeps, as text; without the times, eight bytes each. */
const sizeOf = (history: unknown): number =>
  JSON.stringify(history, (key, value: unknown) => (key === "times" ? [] : value instanceof Map ? [...value] : value))
    .length;
