import { afterAll, beforeAll, expect, test } from "vitest";
import { sliced, sliceTitle } from "../support/slice.ts";
import { compare, randomQueries, seeds, startZ3, stopZ3 } from "./z3.ts";

beforeAll(startZ3);
afterAll(stopZ3);

test(`900 random queries, ${sliceTitle()}`, async () => {
  const tally = await compare(randomQueries(sliced(seeds(301, 1200))));
  console.log(tally.asked, "random queries:", tally.yes, "yes,", tally.no, "no,", tally.undecided, "undecided");
  expect(tally.disagreements.slice(0, 1)).toEqual([]);
  expect(tally.undecided).toBeLessThan(0.02 * tally.asked);
  expect(Math.min(tally.yes, tally.no)).toBeGreaterThan(0.25 * tally.asked);
});
