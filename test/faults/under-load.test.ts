import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startPgBouncer } from "../support/pgbouncer.ts";
import { start } from "./child.ts";
import { startCluster, type Cluster } from "./cluster.ts";
import type { Figures } from "./figures.ts";
import { makeFixture, makeTemplate, type Fixture } from "./fixture.ts";
import { startLoad, type Load } from "./load.ts";
import { findMajors } from "./majors.ts";
import { rlsmithProgram } from "./program.ts";
import { withClient } from "./with-client.ts";

/** What was measured while one way of applying ran in turn with its way back. */
interface Measured {
  server: string;
  how: string;
  seconds: number;
  /** changes that went through, ups and downs together, and those that gave up */
  changes: number;
  refused: number;
  transactions: number;
  statements: number;
  p50: number;
  p99: number;
  /** ms: the longest statement */
  longest: number;
  /** ms: the longest time in which no statement on some relation came to its end */
  stall: number;
  /** ms that a lock was held, the median and the longest */
  held: number | null;
  heldLongest: number | null;
  tries: number | null;
  deadlocks: number;
}

const measured: Measured[] = [];

/** For comparison: the load alone. */
const nothing: Change = async () => {
  await pause(1000);
  return { ok: true, held: [], tries: 0, said: "" };
};

let fixture: Fixture;
beforeAll(async () => {
  fixture = await makeFixture({ rehearse: false });
});

afterAll(() => {
  console.log(table(measured));
  if (process.env["RLSMITH_FIGURES"] !== "1") return;
  mkdirSync("bench/results", { recursive: true });
  writeFileSync("bench/results/under-load.json", `${JSON.stringify(measured, null, 2)}\n`);
});

/** One change of all policies, or back: whether it went through, and for how long its locks were held. */
type Change = (back: boolean) => Promise<{ ok: boolean; held: number[]; tries: number; said: string }>;

const byRlsmith =
  (url: string, args: readonly string[]): Change =>
  async (back) => {
    const command = back ? ["rollback"] : ["apply", ...args];
    const run = await start(rlsmithProgram(fixture.dir, [...command, "--format", "json"])(url), 60_000).ended;
    if (run.code !== 0) return { ok: false, held: [], tries: 0, said: run.stderr };
    const { groups } = JSON.parse(run.stdout) as { groups: { tries: number; locks: { held: number }[] }[] };
    return {
      ok: true,
      held: groups.flatMap(({ locks }) => locks.map(({ held }) => held)),
      tries: Math.max(...groups.map(({ tries }) => tries)),
      said: "",
    };
  };

/** For comparison: the load beside a process of rlsmith's that starts and does nothing, on the same cores. */
const processAlone: Change = async () => {
  await start(rlsmithProgram(fixture.dir, ["--version"])(""), 60_000).ended;
  return { ok: true, held: [], tries: 0, said: "" };
};

/** The peer: the files that the plan wrote, as any migration tool would run them. */
const byFile =
  (url: string): Change =>
  async (back) =>
    withClient(url, async (client) => {
      const sql = readFileSync(back ? fixture.down : fixture.up, "utf8");
      const said = await client.query(sql).then(
        () => "",
        (error: unknown) => String(error),
      );
      return { ok: said === "", held: [], tries: 1, said };
    });

async function measure(
  server: string,
  how: string,
  seconds: number,
  load: Load,
  change: Change,
): Promise<{ figures: Figures; refusals: string[] }> {
  const held: number[] = [];
  const refusals: string[] = [];
  let changes = 0;
  let tries = 0;
  let back = false;
  await load.more(200);
  const began = performance.now();
  while (performance.now() - began < seconds * 1000 || back) {
    const done = await change(back);
    if (done.ok) {
      changes += 1;
      back = !back;
      held.push(...done.held);
      tries = Math.max(tries, done.tries);
    } else refusals.push(done.said);
    await load.more(50);
  }
  const took = (performance.now() - began) / 1000;
  const figures = await load.stop();
  const sorted = held.toSorted((a, b) => a - b);
  measured.push({
    server,
    how,
    seconds: Math.round(took),
    changes: change === nothing || change === processAlone ? 0 : changes,
    refused: refusals.length,
    transactions: figures.transactions,
    statements: figures.statements,
    p50: figures.latency.p50,
    p99: figures.latency.p99,
    longest: figures.latency.max,
    stall: Math.max(...Object.values(figures.stall)),
    held: sorted[Math.floor(sorted.length / 2)] ?? null,
    heldLongest: sorted.at(-1) ?? null,
    tries: held.length > 0 ? tries : null,
    deadlocks: figures.errors["40P01"] ?? 0,
  });
  return { figures, refusals };
}

for (const { title, bin, missing } of findMajors())
  describe.skipIf(missing)(`${title}${missing ? ` not run: ${missing}` : ""}`, () => {
    let cluster: Cluster;
    beforeAll(async () => {
      cluster = await startCluster({ bin: bin ?? "" });
      await makeTemplate(cluster, "prepared");
    });
    afterAll(async () => cluster?.stop());

    const ways: { how: string; seconds: number; way: (url: string) => Change; ours: boolean }[] = [
      { how: "nothing", seconds: 5, way: () => nothing, ours: true },
      { how: "rlsmith --version", seconds: 10, way: () => processAlone, ours: true },
      { how: "apply, rollback", seconds: 20, way: (url) => byRlsmith(url, []), ours: true },
      { how: "apply --by relation", seconds: 20, way: (url) => byRlsmith(url, ["--by", "relation"]), ours: true },
      { how: "plain files", seconds: 10, way: byFile, ours: false },
    ];
    test.each(ways)("$how in turn, under load, direct and through PgBouncer", async ({ how, seconds, way, ours }) => {
      await withClient(cluster.url("postgres"), async (client) => {
        await client.query("drop database if exists target with (force)");
        await client.query("create database target owner deployer template prepared");
      });
      const direct = cluster.url("target", "app");
      const pool = await startPgBouncer(direct, { size: 4 });
      try {
        const load = startLoad({ urls: pool ? [direct, pool.url] : [direct], connections: 8 });
        const url = cluster.url("target", "deployer");
        const { figures, refusals } = await measure(
          title,
          pool ? how : `${how} (no PgBouncer)`,
          seconds,
          load,
          way(url),
        );
        // nobody ever saw a foreign row, or missed one of his own
        expect([figures.leaks, figures.losses]).toEqual([{}, {}]);
        // the peer may end a transaction of the load as a deadlock; rlsmith may not
        const errors = Object.keys(figures.errors).filter((code) => ours || code !== "40P01");
        expect(errors).toEqual([]);
        expect(ours ? refusals : []).toEqual([]);
        // a generous limit on what is otherwise only measured
        expect(ours ? Math.max(...Object.values(figures.stall)) : 0).toBeLessThan(2000);
      } finally {
        await pool?.stop();
      }
    });
  });

function table(rows: readonly Measured[]): string {
  const columns: [string, (row: Measured) => string][] = [
    ["server", (row) => row.server.replace("PostgreSQL ", "")],
    ["", (row) => row.how],
    ["s", (row) => String(row.seconds)],
    ["changes", (row) => String(row.changes)],
    ["refused", (row) => String(row.refused)],
    ["transactions", (row) => String(row.transactions)],
    ["p50", (row) => String(row.p50)],
    ["p99", (row) => String(row.p99)],
    ["longest", (row) => String(row.longest)],
    ["stall", (row) => String(row.stall)],
    ["held p50", (row) => String(row.held ?? "")],
    ["held max", (row) => String(row.heldLongest ?? "")],
    ["tries", (row) => String(row.tries ?? "")],
    ["deadlocks", (row) => String(row.deadlocks)],
  ];
  const cells = [columns.map(([name]) => name), ...rows.map((row) => columns.map(([, of]) => of(row)))];
  const widths = columns.map((_, n) => Math.max(...cells.map((line) => line[n]?.length ?? 0)));
  return cells
    .map((line) =>
      line.map((cell, n) => (n < 2 ? cell.padEnd(widths[n] ?? 0) : cell.padStart(widths[n] ?? 0))).join("  "),
    )
    .join("\n");
}
