import { expect, test } from "vitest";
import { nameKey } from "../../../src/pg/name.ts";
import { coverageCriterion } from "../../../src/watch/criteria/coverage.ts";
import { denialsCriterion } from "../../../src/watch/criteria/denials.ts";
import { filteringCriterion } from "../../../src/watch/criteria/filtering.ts";
import { isolationCriterion } from "../../../src/watch/criteria/isolation.ts";
import { objectsCriterion } from "../../../src/watch/criteria/objects.ts";
import type { StoredReading } from "../../../src/watch/sample.ts";
import { watchedOf, withReadings } from "./watched.ts";

// What passes where nothing was seen is worse than a failure.

const relation = nameKey({ schema: "public", name: "bill" });

const isolation = (held: number, unsettled = 0): StoredReading => ({
  source: "isolation",
  lacks: [],
  statements: 100,
  held,
  breaches: [],
  unsettled,
});

test("an attack that only missing grants held says nothing of row security", () => {
  const judged = (reading: StoredReading) => isolationCriterion(watchedOf([withReadings("after", 1, reading)])).state;
  expect([judged(isolation(0)), judged(isolation(5)), judged(isolation(5, 1))]).toEqual([
    "cannot be told",
    "passed",
    "cannot be told",
  ]);
});

const log = (heartbeat: "seen" | "not seen" | "not sent"): StoredReading => ({
  source: "log",
  lacks: [],
  entries: 1000,
  bytes: 1,
  unread: 0,
  denials: [],
  otherErrors: 0,
  failedLogins: 0,
  restarts: 0,
  heartbeat,
});

const calls: StoredReading = {
  source: "statements",
  lacks: [],
  owners: [],
  statements: [
    {
      queryId: "7",
      role: "member",
      command: "SELECT",
      relations: [relation],
      touched: [{ relation, command: "SELECT" }],
      rowsAreReal: true,
      calls: 1000,
      rows: 1000,
      time: 1,
      blocks: 1,
    },
  ],
};

test("a log whose heartbeat was not seen, or could not be sent, proves no silence", () => {
  const judged = (...readings: StoredReading[]) =>
    denialsCriterion(watchedOf([withReadings("after", 1, calls, ...readings)])).state;
  expect([judged(log("seen")), judged(log("not seen")), judged(log("not sent")), judged()]).toEqual([
    "passed",
    "cannot be told",
    "cannot be told",
    "cannot be told",
  ]);
});

test("a plan that touches no relation is not covered by traffic", () => {
  const watched = watchedOf([withReadings("after", 1, calls)]);
  expect(coverageCriterion(watched).state).toBe("cannot be told");
  const touched = [{ relation, command: "SELECT" as const }];
  expect(coverageCriterion({ ...watched, plan: { ...watched.plan, touched } }).state).toBe("passed");
});

test("requests of a role with the privileges of the owner are those of one whom row security does not concern", () => {
  const owned = { ...calls, owners: [{ relation, roles: ["member"] }] };
  const before = withReadings("before", 1, { ...calls, statements: [] });
  const touched = [{ relation, command: "SELECT" as const }];
  const watched = watchedOf([before, withReadings("after", 2, owned, log("seen"))]);
  expect(coverageCriterion({ ...watched, plan: { ...watched.plan, touched } })).toMatchObject({
    state: "failed",
    n: 0,
    causes: [
      { cause: "no row security", role: "member", calls: 1000 },
      { cause: "no traffic", relation, command: "SELECT" },
    ],
  });
  // no policy can refuse or filter what it does
  expect(denialsCriterion(watched)).toMatchObject({ state: "not enough yet", n: 0 });
  const always = watchedOf([withReadings("before", 1, owned), withReadings("after", 2, owned)]);
  expect(filteringCriterion(always)).toMatchObject({ state: "not enough yet", n: 0 });
  // one that did so before the change is no incident, and no evidence either
  expect(coverageCriterion({ ...always, plan: { ...always.plan, touched } })).toMatchObject({
    state: "not enough yet",
    n: 0,
  });
});

test("what was seen before a rollback says nothing after it", () => {
  const objects: StoredReading = { source: "objects", lacks: [], differences: [] };
  const inForce = [withReadings("after", 1, objects), withReadings("after", 2, objects)];
  expect(objectsCriterion(watchedOf(inForce)).state).toBe("passed");
  expect(objectsCriterion(watchedOf([...inForce, withReadings("before", 3, objects)])).state).toBe("not enough yet");
});
