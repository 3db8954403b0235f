import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openServer } from "../../src/db/server.ts";
import { planHash } from "../../src/plan/index.ts";
import { targetStore, type Sample } from "../../src/watch/index.ts";
import { BEGIN } from "../../src/watch/store/store.ts";
import { start, type Running } from "../faults/child.ts";
import { findMajors } from "../faults/majors.ts";
import { withClient } from "../faults/with-client.ts";
import { JITI, MAIN } from "../support/cli.ts";
import { startWatching, type Watched, type Watching } from "./situation.ts";

const server = findMajors().find(({ major, missing }) => major === 15 && missing === null);

/** The same in each run of the test. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

describe.skipIf(!server)("watchers that are killed, cut off and started again", () => {
  let watching: Watching;
  beforeAll(async () => {
    watching = await startWatching(server?.bin ?? "");
  });
  afterAll(async () => watching?.stop());

  const watcher = (one: Watched): Running =>
    start({ file: process.execPath, args: [JITI, MAIN, "watch", one.on.projectDir, "--every", "0.5"] }, 120_000);

  /** What a sample has led to is printed, after which the next one may be under way at any moment. */
  const hasSampled = async ({ child }: Running): Promise<void> =>
    new Promise((done) => child.stderr?.on("data", (text) => void (String(text).includes(": sample ") && done())));

  /** `user query` → calls of all levels, as the server has counted them. */
  async function counted(one: Watched): Promise<Map<string, number>> {
    const { rows } = (await one.exec(
      `select pg_get_userbyid(userid) as role, queryid::text as query, sum(calls)::int as calls from pg_stat_statements
       where dbid = (select oid from pg_database where datname = current_database()) group by 1, 2`,
    )) as { rows: { role: string; query: string; calls: number }[] };
    return new Map(rows.map(({ role, query, calls }) => [`${role} ${query}`, calls]));
  }

  async function samplesOf(one: Watched, name: string): Promise<Sample[]> {
    const db = await openServer(watching.cluster.url(name, "deployer"));
    try {
      const store = targetStore(db, { target: one.on.target, planHash: planHash(one.plan) });
      const samples: Sample[] = [];
      for (let at = BEGIN; ;) {
        const came = await store.read(at);
        if (came.samples.length === 0) return samples;
        samples.push(...came.samples);
        at = came.position;
      }
    } finally {
      await db.close();
    }
  }

  test("no sample twice, none invented, and the samples count what the server has counted", async () => {
    const one = await watching.database("killed");
    await one.load();
    await one.sample();
    await one.apply();
    const { sample: first } = await one.sample();
    const before = await counted(one);

    const state = { ends: false };
    const load = (async () => {
      while (!state.ends) {
        await one.load({ times: 1 }).catch(() => {});
        await pause(30);
      }
    })();
    const next = numbers(7);
    const cut = async (): Promise<unknown> =>
      withClient(watching.cluster.url("postgres"), async (client) =>
        client.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'rlsmith%'"),
      );
    // one is never killed, and has to survive all that happens to its connections
    const survivor = watcher(one);
    for (let round = 0; round < 8; round += 1) {
      const others = Array.from({ length: 1 + (round % 2) }, () => watcher(one));
      await Promise.all(others.map(async (other) => Promise.race([other.ended, hasSampled(other)])));
      const cuts = round % 3 === 1 ? 5 : 0;
      for (let n = 0; n < cuts; n += 1) {
        await cut();
        await pause(next() * 300);
      }
      if (round === 3 || round === 6) await watching.cluster.restart();
      await pause(next() * 1000);
      for (const { child } of others) child.kill("SIGKILL");
      await Promise.all(others.map(async ({ ended }) => ended));
    }
    state.ends = true;
    await load;
    expect(survivor.child.exitCode).toBe(null);
    survivor.child.kill("SIGKILL");
    const { stderr } = await survivor.ended;
    await one.sample();

    const samples = await samplesOf(one, "killed");
    expect(samples.map(({ number }) => number)).toEqual(samples.map((_, n) => n + 1));
    const later = samples.slice(first.number);
    const lacks = later.flatMap(({ readings }) =>
      readings.flatMap((reading) => (reading.source === "statements" ? reading.lacks : [])),
    );
    // nothing was lost: a server that is stopped writes its counters
    expect(lacks).toEqual([]);
    const sums = new Map<string, number>();
    for (const { readings } of later)
      for (const reading of readings)
        if (reading.source === "statements")
          for (const { role, queryId, calls } of reading.statements) {
            const key = `${role} ${queryId}`;
            sums.set(key, (sums.get(key) ?? 0) + calls);
          }
    const now = await counted(one);
    const executed = new Map([...sums.keys()].map((key) => [key, (now.get(key) ?? 0) - (before.get(key) ?? 0)]));
    expect(sums).toEqual(executed);
    // each statement of the load is among them, many times
    expect([...sums.values()].filter((calls) => calls > 100).length).toBeGreaterThanOrEqual(12);
    // many watchers have taken part, and the one that was never killed went on after it was cut off
    expect(new Set(later.map(({ run }) => run)).size).toBeGreaterThan(3);
    expect(stderr).toMatch(/no sample: .*(?:was lost|cannot connect)/);
  });
});
