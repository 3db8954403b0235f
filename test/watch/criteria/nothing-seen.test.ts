import { expect, test } from "vitest";
import { nameKey } from "../../../src/pg/name.ts";
import { coverageCriterion } from "../../../src/watch/criteria/coverage.ts";
import { denialsCriterion } from "../../../src/watch/criteria/denials.ts";
import { isolationCriterion } from "../../../src/watch/criteria/isolation.ts";
import { objectsCriterion } from "../../../src/watch/criteria/objects.ts";
import type { Sample, StoredReading } from "../../../src/watch/sample.ts";
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

type Sent = "seen" | "not seen" | "not sent";

const log = (heartbeat: Sent, planted: Sent = "seen"): StoredReading => ({
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
  planted,
});

const calls: StoredReading = {
  source: "statements",
  lacks: [],
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

test("each run has to show once that it counts a denial as one", () => {
  const [first, second] = ["00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"] as const;
  const at = (kind: "before" | "after", number: number, run: string, planted: Sent) => ({
    ...withReadings(kind, number, calls, log("seen", planted)),
    run,
  });
  const judged = (...samples: Sample[]) => denialsCriterion(watchedOf(samples));
  expect(judged(at("after", 1, first, "seen"), at("after", 2, first, "not sent")).state).toBe("passed");
  // a run that began before the change has shown it then
  expect(judged(at("before", 1, first, "seen"), at("after", 2, first, "not sent")).state).toBe("passed");
  for (const planted of ["not seen", "not sent"] as const)
    expect(judged(at("after", 1, first, "seen"), at("after", 2, second, planted))).toMatchObject({
      state: "cannot be told",
      lacks: [{ lack: "not readable", what: "planted denial" }],
    });
});

test("a plan that touches no relation is not covered by traffic", () => {
  const watched = watchedOf([withReadings("after", 1, calls)]);
  expect(coverageCriterion(watched).state).toBe("cannot be told");
  const touched = [{ relation, command: "SELECT" as const }];
  expect(coverageCriterion({ ...watched, plan: { ...watched.plan, touched } }).state).toBe("passed");
});

test("what was seen before a rollback says nothing after it", () => {
  const objects: StoredReading = { source: "objects", lacks: [], differences: [] };
  const inForce = [withReadings("after", 1, objects), withReadings("after", 2, objects)];
  expect(objectsCriterion(watchedOf(inForce)).state).toBe("passed");
  expect(objectsCriterion(watchedOf([...inForce, withReadings("before", 3, objects)])).state).toBe("not enough yet");
});
