import { expect, test } from "vitest";
import { claimsCriterion } from "../../../src/watch/criteria/claims.ts";
import type { AuditReading, RequestsReading, StoredReading } from "../../../src/watch/sample.ts";
import { watchedOf, withReadings } from "./watched.ts";

const HOUR = { hour: "2026-01-01T00:00:00Z", role: "authenticated", requests: 100, keys: 0, without: {}, stale: 0 };

const requests = (
  hour: Partial<RequestsReading["hours"][number]> = {},
  over: Partial<RequestsReading> = {},
): StoredReading => ({ source: "requests", lacks: [], ages: true, hours: [{ ...HOUR, ...hour }], ...over });

const audit = (
  members: Partial<NonNullable<AuditReading["members"]>> | null,
  lacks: AuditReading["lacks"] = [],
): StoredReading => ({
  source: "audit",
  lacks,
  members: members && { synced: 50, stale: 0, missing: 0, orphaned: 0, ambiguous: 0, ...members },
});

// 3 / 0.05 requests are wanted
const judged = (...readings: StoredReading[]) => claimsCriterion(watchedOf([withReadings("after", 1, ...readings)]));

test("stored claims that are not those of the source fail, whatever the requests are; several rows are told", () => {
  expect(judged(requests(), audit({}))).toMatchObject({ state: "passed", causes: [] });
  for (const state of ["stale", "missing", "orphaned"] as const)
    expect(judged(requests(), audit({ [state]: 2 }))).toMatchObject({
      state: "failed",
      causes: [{ cause: "stored claims", state, count: 2, of: 52 }],
    });
  expect(judged(requests(), audit({ ambiguous: 1 }))).toMatchObject({
    state: "passed",
    causes: [],
    notes: [{ cause: "stored claims", state: "ambiguous", count: 1, of: 51 }],
  });
});

test("the audit alone does not pass it, and one that saw nothing does not keep it from passing", () => {
  const lack = { lack: "privilege", what: "auth.users and the source of the claims" } as const;
  expect(judged(audit({}))).toMatchObject({ state: "not enough yet" });
  expect(judged(requests(), audit(null, [lack]))).toMatchObject({ state: "passed", lacks: [lack] });
});

test("the newest audit counts: what was filled in since is no failure any more", () => {
  const samples = [withReadings("after", 1, audit({ missing: 3 })), withReadings("after", 2, requests(), audit({}))];
  expect(claimsCriterion(watchedOf(samples)).state).toBe("passed");
});

test("requests with tokens from before the change are not counted, and while there are some it is not enough", () => {
  expect(judged(requests({ stale: 90 }))).toMatchObject({
    state: "not enough yet",
    n: 10,
    causes: [{ cause: "stale token", count: 90, of: 100 }],
  });
  const one = requests({ stale: 1 });
  expect(judged(one)).toMatchObject({ state: "not enough yet", n: 99 });
  const samples = [withReadings("after", 1, one), withReadings("after", 2, requests())];
  expect(claimsCriterion(watchedOf(samples))).toMatchObject({ state: "passed", n: 199, causes: [] });
  // a token from before the change that lacks a claim is a user who is locked out
  expect(judged(requests({ stale: 1, without: { tenant: 1 } })).state).toBe("failed");
  // a recorder that does not know the time of the change cannot tell old from new
  expect(judged(requests({}, { ages: false })).state).toBe("cannot be told");
});

test("roles that row security does not concern need no claims", () => {
  // `postgres` bypasses row security in watched.ts
  expect(judged(requests(), requests({ role: "postgres", without: { tenant: 100 } })).state).toBe("passed");
  expect(judged(requests(), requests({ role: "anon", without: { tenant: 100 } })).state).toBe("passed");
});
