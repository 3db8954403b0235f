import { describe, expect, test } from "vitest";
import {
  carried,
  cumulative,
  differences,
  type Counters,
  type CountersAt,
} from "../../../src/watch/database/statement-counters.ts";

/** Calls that took so many milliseconds each; before 17 no entry says since when it counts. */
const entry = (calls: number, each: number, since: number | null = null): Counters => ({
  calls,
  rows: calls,
  time: calls * each,
  blocks: calls,
  since,
  least: each,
  most: each,
});
const at = (entries: Record<string, Counters>, more: Partial<CountersAt> = {}): CountersAt => ({
  database: "5",
  at: 1000,
  reset: 1,
  evictions: 0,
  complete: true,
  scope: "s",
  entries,
  ...more,
});
const calls = (before: CountersAt | null, now: CountersAt): [Record<string, number>, string[]] => {
  const { deltas, lacks } = differences(before, now);
  return [Object.fromEntries([...deltas].map(([key, { calls: n }]) => [key, n])), lacks.map(({ lack }) => lack)];
};

describe("the calls between two readings, and what is lacking", () => {
  test("an entry that has grown, one that has not, and a new one", () => {
    expect(
      calls(at({ a: entry(3, 1), b: entry(2, 1) }), at({ a: entry(10, 1), b: entry(2, 1), c: entry(4, 1) })),
    ).toEqual([{ a: 7, b: 0, c: 4 }, []]);
  });

  test("another database, and no reading before", () => {
    expect(calls(null, at({ a: entry(3, 1) }))).toEqual([{}, ["nothing before"]]);
    expect(calls(at({ a: entry(3, 1) }), at({ a: entry(9, 1) }, { database: "6" }))).toEqual([{}, ["nothing before"]]);
  });

  test("an entry that is smaller was made anew: all of it is new", () => {
    expect(calls(at({ a: entry(9, 1) }), at({ a: entry(4, 1) }))).toEqual([{ a: 4 }, ["counters lost"]]);
  });

  test("one that has more calls in less time was made anew", () => {
    expect(calls(at({ a: entry(9, 10) }), at({ a: entry(20, 1) }, { evictions: 1 }))).toEqual([
      { a: 20 },
      ["counters lost"],
    ]);
  });

  test("one whose calls in between would have taken longer than any of them was made anew", () => {
    // 1000 calls of 1 ms, then 1001 of 3 ms: the difference would be one call of 2003 ms
    expect(calls(at({ a: entry(1000, 1) }), at({ a: entry(1001, 3) }, { evictions: 1 }))).toEqual([
      { a: 1001 },
      ["counters lost"],
    ]);
  });

  test("where nothing tells whether it was, the difference stands, and it is too small at worst", () => {
    expect(calls(at({ a: entry(3, 1) }), at({ a: entry(10, 1) }, { evictions: 1 }))).toEqual([
      { a: 7 },
      ["counters lost"],
    ]);
  });

  test("from 17 on the entry says it", () => {
    expect(calls(at({ a: entry(3, 1, 50) }), at({ a: entry(10, 1, 60) }, { evictions: 1 }))).toEqual([
      { a: 10 },
      ["counters lost"],
    ]);
    expect(calls(at({ a: entry(3, 1, 50) }), at({ a: entry(10, 1, 50) }))).toEqual([{ a: 7 }, []]);
  });

  test("an entry that is gone", () => {
    expect(calls(at({ a: entry(3, 1) }), at({}))).toEqual([{}, ["counters lost"]]);
  });

  test("a full reset", () => {
    expect(calls(at({ a: entry(3, 1) }), at({ a: entry(9, 1), b: entry(1, 1) }, { reset: 2 }))).toEqual([
      { a: 9, b: 1 },
      ["counters lost"],
    ]);
  });

  test("an entry that the reading before may not have seen is no new one, unless it says so", () => {
    for (const before of [at({}, { complete: false }), at({}, { scope: "other" })]) {
      expect(calls(before, at({ a: entry(9, 1) }))).toEqual([{}, ["nothing before"]]);
      expect(calls(before, at({ a: entry(9, 1, 999) }))).toEqual([{}, ["nothing before"]]);
      expect(calls(before, at({ a: entry(9, 1, 1001) }))).toEqual([{ a: 9 }, []]);
    }
  });
});

test("what is not visible for a while is compared with the reading that has seen it", () => {
  const first = at({ a: entry(3, 1) });
  const hidden = at({}, { complete: false });
  expect(calls(first, hidden)).toEqual([{}, []]);
  expect(calls(carried(first, hidden), at({ a: entry(5, 1) }))).toEqual([{ a: 2 }, []]);
  // after a reset the old counters mean nothing
  expect(carried(first, at({}, { complete: false, reset: 2 })).entries).toEqual({});
});

test("everything that is counted", () => {
  expect(cumulative(at({ a: entry(3, 2) })).get("a")).toEqual({ calls: 3, rows: 3, time: 6, blocks: 3 });
});
