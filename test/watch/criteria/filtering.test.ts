import { expect, test } from "vitest";
import { nameKey } from "../../../src/pg/name.ts";
import { filteringCriterion } from "../../../src/watch/criteria/filtering.ts";
import type { StatementCount, StoredReading } from "../../../src/watch/sample.ts";
import { watchedOf, withReadings } from "./watched.ts";

const relation = nameKey({ schema: "public", name: "bill" });

const statements = (calls: number, rows: number, over: Partial<StatementCount> = {}): StoredReading => ({
  source: "statements",
  lacks: [],
  owners: [],
  statements: [
    {
      queryId: "7",
      role: "member",
      command: "UPDATE",
      relations: [relation],
      touched: [{ relation, command: "UPDATE" }],
      rowsAreReal: true,
      calls,
      rows,
      time: calls,
      blocks: calls,
      ...over,
    },
  ],
});

const judged = (before: StoredReading[][], after: StoredReading[][]) =>
  filteringCriterion(
    watchedOf([
      ...before.map((readings, n) => withReadings("before", n + 1, ...readings)),
      ...after.map((readings, n) => withReadings("after", 100 + n, ...readings)),
    ]),
  );

test("an update that finds no row any more, though it did since the change", () => {
  expect(judged([[statements(100, 100)]], [[statements(100, 100)], [statements(20, 0)]])).toMatchObject({
    state: "failed",
    causes: [{ cause: "no rows", relation, role: "member", command: "UPDATE", calls: 20, rowsBefore: 1 }],
  });
});

test("a few calls without a row are no surprise where half of them found one", () => {
  // 0.5 - 3/100 = 0.47: 0.53 ** 10 is 0.0017
  expect(judged([[statements(100, 50)]], [[statements(10, 0)]]).state).toBe("not enough yet");
});

test("a queue that a sample before the change saw empty", () => {
  // no failure, and no evidence either: a loss would look the same
  expect(judged([[statements(60, 60)], [statements(60, 0)]], [[statements(60, 0)]])).toMatchObject({
    state: "not enough yet",
    n: 0,
    causes: [],
  });
  expect(judged([[statements(60, 60)], [statements(60, 0)]], [[statements(61, 61)]])).toMatchObject({
    state: "passed",
    n: 61,
  });
});

test("half of the rows are gone", () => {
  expect(judged([[statements(100, 1000)]], [[statements(100, 400)]])).toMatchObject({
    state: "failed",
    causes: [{ cause: "fewer rows", rows: 400, expected: 1000 }],
  });
});

test("where each call returns one row of a wrapper, the rows of the table are compared", () => {
  const wrapped = { rowsAreReal: false };
  const table = (updated: number): StoredReading => ({
    source: "tables",
    lacks: [],
    tables: [{ relation, sequentialScans: 0, indexScans: 0, inserted: 0, updated, deleted: 0 }],
  });
  expect(
    judged([[statements(100, 100, wrapped), table(100)]], [[statements(100, 100, wrapped), table(0)]]),
  ).toMatchObject({ state: "failed", causes: [{ cause: "no rows", relation, role: null, command: "UPDATE" }] });
});

test("reads that are wrapped are not seen, unless others of the role that read the relation report their rows", () => {
  const read: Partial<StatementCount> = { command: "SELECT", touched: [{ relation, command: "SELECT" }] };
  const wrapped = { ...read, queryId: "8", rowsAreReal: false };
  const watched = (...readings: StoredReading[]) => {
    const all = watchedOf([withReadings("before", 1, ...readings), withReadings("after", 2, ...readings)]);
    return filteringCriterion({ ...all, plan: { ...all.plan, touched: [{ relation, command: "SELECT" }] } });
  };
  expect(watched(statements(100, 100), statements(50, 50, wrapped))).toMatchObject({
    state: "cannot be told",
    causes: [{ cause: "rows not seen", relation, role: "member", calls: 50 }],
  });
  expect(watched(statements(100, 100, read), statements(50, 50, wrapped))).toMatchObject({
    state: "passed",
    causes: [],
  });
  // a role that did not read it before has lost nothing
  const later = watchedOf([
    withReadings("before", 1, statements(100, 100)),
    withReadings("after", 2, statements(100, 100), statements(50, 50, { ...wrapped, role: "clerk" })),
  ]);
  const touched = [{ relation, command: "SELECT" as const }];
  expect(filteringCriterion({ ...later, plan: { ...later.plan, touched } }).state).toBe("passed");
  // of another role
  expect(watched(statements(100, 100, { ...read, role: "clerk" }), statements(50, 50, wrapped)).state).toBe(
    "cannot be told",
  );
});

test("without a sample before the change nothing is compared", () => {
  expect(judged([], [[statements(1000, 0)]]).state).toBe("not enough yet");
});
