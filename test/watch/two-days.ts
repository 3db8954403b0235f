import { nameKey } from "../../src/pg/name.ts";
import type { GateLimits, PlanFacts } from "../../src/watch/criteria/criterion.ts";
import type { Sample, StatementCount, StoredReading } from "../../src/watch/sample.ts";
import { sampleOf } from "./criteria/watched.ts";

/**
 * Two days after a change, a sample a minute, by a clock that is made up: 40 requests a minute; no sample from minute
 * 601 to 629; the clock is set back by five minutes at minute 1200; one insert is refused at minute 2800.
 */
export const SAMPLES = 2880;
/** Before the change. */
const BEFORE = 10;

const COMMANDS = ["SELECT", "INSERT", "UPDATE", "DELETE"] as const;
const relation = nameKey({ schema: "public", name: "bill" });

export const LIMITS: GateLimits = { hours: 24, gapMinutes: 10, slower: 2, slowerMs: 1, calls: 20, share: 0.001 };
export const PLAN: PlanFacts = {
  touched: COMMANDS.map((command) => ({ relation, command })),
  retired: ["app.tenant_id"],
  dropped: [],
  functions: [],
};

const statements: StatementCount[] = COMMANDS.map((command, n) => ({
  queryId: String(n),
  role: "member",
  command,
  relations: [relation],
  touched: [{ relation, command }],
  rowsAreReal: true,
  calls: 10,
  rows: 10,
  time: 1,
  blocks: 20,
}));

const readings = (minute: number): StoredReading[] => [
  { source: "objects", lacks: [], differences: [], planted: "seen" },
  { source: "statements", lacks: [], owners: [], statements },
  {
    source: "tables",
    lacks: [],
    tables: [{ relation, sequentialScans: 0, indexScans: 40, inserted: 10, updated: 10, deleted: 10 }],
  },
  {
    source: "requests",
    lacks: [],
    ages: true,
    hours: [{ hour: "", role: "member", requests: 40, keys: 0, without: { "app_metadata.tenant_id": 0 }, stale: 0 }],
  },
  ...(minute % 60 === 0
    ? [{ source: "isolation" as const, lacks: [], statements: 100, held: 100, breaches: [], unsettled: 0 }]
    : []),
  {
    source: "log",
    lacks: [],
    entries: 200,
    bytes: 20_000,
    unread: 0,
    denials:
      minute === 2800
        ? [
            {
              family: "row check",
              sqlstate: "42501",
              relation: "bill",
              policy: null,
              function: null,
              object: null,
              login: "app",
              count: 1,
              first: at(minute),
              last: at(minute),
            },
          ]
        : [],
    // an application that misspells something else each time must not make the memory grow
    otherErrors: minute % 7,
    failedLogins: 0,
    restarts: 0,
    heartbeat: "seen",
    planted: "seen",
  },
];

const at = (minute: number): string =>
  new Date(Date.UTC(2026, 0, 1) + (minute - (minute >= 1200 ? 5 : 0)) * 60_000).toISOString();

/** The samples, each with its minute since the change. */
export function* twoDays(): Generator<{ sample: Sample; minute: number }> {
  for (let number = 1; number <= BEFORE; number += 1) {
    const minute = number - BEFORE - 1;
    yield { minute, sample: sampleOf(number, { kind: "before", at: at(minute), readings: readings(minute) }) };
  }
  for (let [number, minute] = [BEFORE + 1, 0]; number <= BEFORE + SAMPLES; number += 1) {
    yield { minute, sample: sampleOf(number, { at: at(minute), readings: readings(minute) }) };
    minute += minute === 600 ? 30 : 1;
  }
}
