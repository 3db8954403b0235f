import { expect, test } from "vitest";
import { nameKey } from "../../../src/pg/name.ts";
import { coverageCriterion } from "../../../src/watch/criteria/coverage.ts";
import { denialsCriterion } from "../../../src/watch/criteria/denials.ts";
import { filteringCriterion } from "../../../src/watch/criteria/filtering.ts";
import { isolationCriterion } from "../../../src/watch/criteria/isolation.ts";
import { objectsCriterion } from "../../../src/watch/criteria/objects.ts";
import type { LogReading, Sample, StoredReading } from "../../../src/watch/sample.ts";
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

const log = (heartbeat: Sent, planted: Sent = "seen"): Omit<LogReading, "cursor"> => ({
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

test("of a log that comes late, only the statements up to the last heartbeat that arrived count", () => {
  // sample n is at minute n, with a thousand statements; sixty are wanted
  const at = (number: number): string => watchedOf([withReadings("after", number)]).now;
  const judged = (...readings: Partial<StoredReading>[]) => {
    const samples = readings.map((one, i) =>
      withReadings("after", i + 1, calls, { ...log("seen"), heartbeat: "not yet", ...one } as StoredReading),
    );
    const { lacks, n, state } = denialsCriterion(watchedOf(samples));
    return [state, n, ...lacks.map(({ what }) => what)];
  };
  const busy = [{ lack: "service", what: "rate limit" } as const];
  expect(judged({ arrived: null })).toEqual(["not enough yet", 0]);
  // one of before the change
  expect(judged({ arrived: at(0) })).toEqual(["not enough yet", 0]);
  expect(judged({ arrived: null }, { arrived: at(1) })).toEqual(["passed", 1000]);
  expect(judged({ arrived: null }, { arrived: at(1) }, { arrived: at(2) })).toEqual(["passed", 2000]);
  // a service that was busy once has given the rows since
  expect(judged({ arrived: null, lacks: busy }, { arrived: at(1) })).toEqual(["passed", 1000]);
  expect(judged({ arrived: null }, { arrived: at(1), lacks: busy })).toEqual(["cannot be told", 1000, "rate limit"]);
  expect(judged({ arrived: null, heartbeat: "not seen" }, { arrived: at(1) })).toEqual([
    "cannot be told",
    1000,
    "heartbeat",
  ]);
});

test("a fault of tokens is a denial if it is new; one of a token whose time was over is none", () => {
  const of = (family: "jwt" | "expired jwt", object: string): StoredReading => ({
    ...log("seen"),
    denials: [
      {
        family,
        sqlstate: null,
        relation: null,
        policy: null,
        function: null,
        object,
        login: null,
        count: 1,
        first: null,
        last: null,
      },
    ],
  });
  const judged = (after: StoredReading, before: StoredReading) =>
    denialsCriterion(watchedOf([withReadings("before", 1, before), withReadings("after", 2, calls, after)]));
  const fault = of("jwt", "401 PGRST301 /rest/v1/bill");
  expect(judged(fault, log("seen"))).toMatchObject({ state: "failed", k: 1, causes: [{ family: "jwt" }] });
  expect(judged(fault, fault)).toMatchObject({ state: "passed", notes: [{ family: "jwt" }] });
  expect(judged(fault, of("jwt", "401 PGRST301 /rest/v1/note")).state).toBe("failed");
  expect(judged(of("expired jwt", "401 PGRST303 /rest/v1/bill"), log("seen")).state).toBe("passed");
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

test("a sample of an earlier rlsmith, which did not read the owners, passes nothing that they decide", () => {
  const touched = [{ relation, command: "SELECT" as const }];
  const states = (...samples: Sample[]) => {
    const watched = watchedOf(samples);
    const of = { ...watched, plan: { ...watched.plan, touched } };
    return [denialsCriterion, filteringCriterion, coverageCriterion].map((criterion) => criterion(of).state);
  };
  const earlier = { ...calls, owners: null };
  const before = withReadings("before", 1, calls, log("seen"));
  expect(states(before, withReadings("after", 2, earlier, log("seen")))).toEqual([
    "cannot be told",
    "cannot be told",
    "cannot be told",
  ]);
  // the next sample reads them
  const now = [withReadings("after", 2, earlier, log("seen")), withReadings("after", 3, calls, log("seen"))];
  expect(states(before, ...now)).toEqual(["passed", "passed", "passed"]);
  expect(states(withReadings("before", 1, earlier, log("seen")), ...now)).toEqual(["passed", "passed", "passed"]);
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

test("what a plan refused until it was taken back is no denial of before a later apply", () => {
  const refused: StoredReading = {
    ...log("seen"),
    denials: [
      {
        family: "row check",
        sqlstate: "42501",
        relation: "bill",
        policy: null,
        function: null,
        object: null,
        login: "app",
        count: 3,
        first: null,
        last: null,
      },
    ],
  };
  const judged = (...samples: Sample[]) => {
    const watched = watchedOf(samples);
    const touched = [{ relation, command: "INSERT" as const }];
    return denialsCriterion({ ...watched, plan: { ...watched.plan, touched } }).state;
  };
  const first = [withReadings("before", 1, calls, log("seen")), withReadings("after", 2, calls, refused)];
  // the log of the first sample after the rollback begins before it
  const back = withReadings("before", 3, refused);
  expect(judged(...first, back, withReadings("after", 4, calls, refused))).toBe("failed");
  expect(judged(...first, back, withReadings("after", 4, calls, log("seen")))).toBe("passed");
  // the application is refused so with the plan and without it
  expect(judged(...first, back, withReadings("before", 4, refused), withReadings("after", 5, calls, refused))).toBe(
    "passed",
  );
});

test("a plan that was taken back and applied again without a sample in between is not judged by what was before", () => {
  const at = (number: number, appliedAt: string, ...readings: StoredReading[]): Sample => ({
    ...withReadings("after", number, ...readings),
    appliedAt,
  });
  const [then, now] = ["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"] as const;
  const isolated = isolation(5);
  const states = (...samples: Sample[]) => {
    const watched = watchedOf(samples);
    return [watched.seen.after.times.length, isolationCriterion(watched).state];
  };
  expect(states(at(1, then, isolated), at(2, then))).toEqual([2, "passed"]);
  expect(states(at(1, then, isolated), at(2, now))).toEqual([1, "not enough yet"]);
});

test("what was seen before a rollback says nothing after it", () => {
  const objects: StoredReading = { source: "objects", lacks: [], differences: [] };
  const inForce = [withReadings("after", 1, objects), withReadings("after", 2, objects)];
  expect(objectsCriterion(watchedOf(inForce)).state).toBe("passed");
  expect(objectsCriterion(watchedOf([...inForce, withReadings("before", 3, objects)])).state).toBe("not enough yet");
});
