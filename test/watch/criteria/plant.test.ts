import { describe, expect, test } from "vitest";
import type { State } from "../../../src/apply/index.ts";
import { nameKey } from "../../../src/pg/name.ts";
import { CRITERIA, type CriterionName } from "../../../src/watch/criteria/index.ts";
import type { Watched } from "../../../src/watch/criteria/watched.ts";
import { findsPlanted } from "../../../src/watch/database/objects.ts";
import { gateOf, type Gate } from "../../../src/watch/gate.ts";
import type { Sample, StatementCount, StoredReading } from "../../../src/watch/sample.ts";
import { LIMITS, watchedOf, withReadings } from "./watched.ts";

// A criterion that cannot fail passes always, and so shows nothing: the gate is inconclusive.

const relation = nameKey({ schema: "public", name: "bill" });
const COMMANDS = ["SELECT", "UPDATE"] as const;

const statement = (command: (typeof COMMANDS)[number], over: Partial<StatementCount> = {}): StatementCount => ({
  queryId: command,
  role: "member",
  command,
  relations: [relation],
  touched: [{ relation, command }],
  rowsAreReal: true,
  calls: 100,
  rows: 100,
  time: 100,
  blocks: 100,
  ...over,
});

const statements = (over: Partial<StatementCount> = {}): StoredReading => ({
  source: "statements",
  lacks: [],
  owners: [],
  statements: COMMANDS.map((command) => statement(command, over)),
});

const objects: StoredReading = { source: "objects", lacks: [], differences: [], planted: "seen" };

/** What a quiet day after a change reads, in which each criterion passes. */
const others: StoredReading[] = [
  {
    source: "log",
    lacks: [],
    entries: 1000,
    bytes: 1,
    unread: 0,
    denials: [],
    otherErrors: 0,
    failedLogins: 0,
    restarts: 0,
    heartbeat: "seen",
    planted: "seen",
  },
  { source: "isolation", lacks: [], statements: 10, held: 5, breaches: [], unsettled: 0 },
  {
    source: "requests",
    lacks: [],
    ages: true,
    hours: [{ hour: "", role: "member", requests: 100, keys: 0, without: {}, stale: 0 }],
  },
];

const on = { target: "staging", planHash: "0".repeat(64) };

const watched = (after: StoredReading[], over: Partial<Watched["limits"]> = {}, before = statements()): Watched => {
  const samples: Sample[] = [
    withReadings("before", 1, before),
    withReadings("after", 2, ...after),
    withReadings("after", 3, ...after),
  ];
  const all = watchedOf(samples, { hours: 0, ...over });
  return { ...all, plan: { ...all.plan, touched: COMMANDS.map((command) => ({ relation, command })) } };
};

const quiet = [statements(), objects, ...others];

const judged = (gate: Gate, criterion: CriterionName) => {
  const one = gate.judgements.find((other) => other.criterion === criterion);
  return [one?.state, one?.shown, one?.lacks.some(({ lack }) => lack === "not shown")];
};

test("each criterion that passes has shown how it fails", () => {
  const { outcome, judgements } = gateOf(on, watched(quiet), {});
  expect(judgements.map(({ criterion, state, shown }) => [criterion, state, shown])).toEqual([
    ["time", "passed", "samples"],
    ["denials", "passed", "target"],
    ["filtering", "passed", "samples"],
    ["claims", "passed", "samples"],
    ["isolation", "passed", "target"],
    ["speed", "passed", "samples"],
    ["objects", "passed", "samples"],
    ["coverage", "passed", "samples"],
  ]);
  expect(outcome).toBe("passed");
});

describe("a criterion that cannot fail does not pass", () => {
  test.each(Object.keys(CRITERIA) as CriterionName[])("%s that always passes", (criterion) => {
    const blind = { ...CRITERIA, [criterion]: (of: Watched) => ({ ...CRITERIA[criterion](of), ...PASSED }) };
    const gate = gateOf(on, watched(quiet), {}, blind);
    expect(judged(gate, criterion)).toEqual(["cannot be told", null, true]);
    expect(gate.outcome).toBe("inconclusive");
  });
  const PASSED = { state: "passed" as const, causes: [], lacks: [] };

  test("speed by limits that no statement exceeds", () => {
    // the planted statement takes a hundred times as long, and a second longer
    for (const limits of [{ slower: 5000 }, { slowerMs: 60_000 }])
      expect(judged(gateOf(on, watched(quiet, limits), {}), "speed")).toEqual(["cannot be told", null, true]);
  });

  test("time by a gap of more than a week", () => {
    expect(judged(gateOf(on, watched(quiet, { gapMinutes: 60 * 24 * 8 }), {}), "time")).toEqual([
      "cannot be told",
      null,
      true,
    ]);
  });

  test("filtering of statements that are called too rarely for a loss to show", () => {
    // 2 calls before leave 3/2 open: that later calls find no row is no surprise, however many they are
    const rare = statements({ calls: 2, rows: 2 });
    const gate = gateOf(on, watched(quiet, { share: 1 }, rare), {});
    expect(judged(gate, "filtering")).toEqual(["not enough yet", null, false]);
    expect(gate.judgements.find(({ criterion }) => criterion === "filtering")?.n).toBe(0);
  });

  test("objects of a sample that compared the catalog with nothing, or that does not say so", () => {
    for (const one of [
      { ...objects, planted: "not seen" as const },
      { source: "objects" as const, lacks: [], differences: [] },
    ])
      expect(judged(gateOf(on, watched([statements(), one, ...others]), {}), "objects")).toEqual([
        "cannot be told",
        null,
        true,
      ]);
  });
});

describe("the catalog as it was read, with a fault in each object", () => {
  const policy = {
    schema: "public",
    relation: "bill",
    name: "own",
    command: "SELECT",
    permissive: true,
    roles: ["member"],
    using: "true",
    check: null,
    comment: null,
  } as unknown as State["relations"][number]["policies"][number];
  const state = (policies: (typeof policy)[], over: Partial<State> = {}): State => ({
    relations: [
      {
        schema: "public",
        name: "bill",
        exists: true,
        rowSecurity: true,
        forceRowSecurity: false,
        policies,
        defaults: [],
      },
    ],
    functions: [],
    schemas: [],
    ...over,
  });
  const fn = { schema: "public", name: "tenant", arguments: "", definition: "create function …" };

  test("is found to differ", () => {
    expect(findsPlanted(state([policy]), state([policy]))).toBe(true);
    expect(findsPlanted(state([policy], { functions: [fn] }), state([policy], { functions: [fn] }))).toBe(true);
    // row security that was switched off since is a fault that is there
    const off = { relations: state([policy]).relations.map((one) => ({ ...one, rowSecurity: false })) };
    expect(findsPlanted(state([policy]), state([policy], off))).toBe(true);
  });

  test("is not, where the journal holds nothing to compare with, or nothing was read", () => {
    expect(findsPlanted(state([]), state([policy]))).toBe(false);
    // a function of which nothing was read cannot be planted in, and its absence is a difference of its own
    expect(findsPlanted({ relations: [], functions: [], schemas: [] }, state([policy]))).toBe(false);
  });
});

test("the limits by which a gate judged are part of it", () => {
  expect(gateOf(on, watched(quiet), {}).limits).toEqual({ ...LIMITS, hours: 0 });
});
