import { afterAll, beforeAll, expect, test } from "vitest";
import { fuzz } from "./fuzz/fuzz.ts";
import { caseFile } from "./fuzz/report.ts";
import { newRunner, type Runner } from "./fuzz/runner.ts";
import { shrink } from "./fuzz/shrink.ts";

let runner: Runner;
beforeAll(async () => {
  runner = await newRunner();
});
afterAll(async () => runner.close());

/** `npm run fuzz` has many more of them. */
test("verdicts explain what a Postgres does at 4,000 points", async () => {
  const tally = await fuzz(runner, { seed: 1, points: 4000 });
  const [first] = tally.contradictions;
  const shown = first ? JSON.stringify(caseFile(await shrink(runner, first)), null, 1) : "";
  expect(shown).toBe("");
  // every verdict occurs, and few pairs are not taken
  expect([...tally.verdicts.keys()]).toEqual(
    expect.arrayContaining(["equivalent", "tighter", "looser", "incomparable"]),
  );
  expect(tally.refused.size).toBeLessThan(tally.pairs / 20);
  expect(tally.witnesses.confirmed).toBeGreaterThan(100);
});
