import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startPgBouncer, type Pool } from "../support/pgbouncer.ts";
import { longReader, probe } from "./blocking.ts";
import { startCluster, type Cluster } from "./cluster.ts";
import { makeTemplate } from "./fixture.ts";
import { startLoad } from "./load.ts";
import { findMajors } from "./majors.ts";
import { withClient } from "./with-client.ts";

const available = findMajors().find(({ missing }) => missing === null);

describe.skipIf(!available)("the load", () => {
  let cluster: Cluster;
  let pool: Pool | null;
  let urls: string[];

  beforeAll(async () => {
    if (!available?.bin) return;
    cluster = await startCluster({ bin: available.bin });
    await makeTemplate(cluster, "prepared");
    const direct = cluster.url("target", "app");
    pool = await startPgBouncer(direct, { size: 4 });
    urls = pool ? [direct, pool.url] : [direct];
  });
  beforeEach(async () =>
    withClient(cluster.url("postgres"), async (client) => {
      await client.query("drop database if exists target with (force)");
      await client.query("create database target template prepared");
    }),
  );
  afterAll(async () => {
    await pool?.stop();
    await cluster?.stop();
  });
  const alter = async (sql: string): Promise<unknown> =>
    withClient(cluster.url("target"), async (client) => client.query(sql));

  test("sound policies: no leak, no loss, no error, and figures", async () => {
    const load = startLoad({ urls });
    await load.more(500);
    const figures = await load.stop();
    console.log(pool ? "direct and pooled" : "direct", JSON.stringify(figures));
    expect(figures).toMatchObject({ leaks: {}, losses: {}, errors: {} });
    expect(figures.statements).toBeGreaterThan(figures.transactions);
    expect(Object.keys(figures.stall).toSorted()).toEqual(["customer", "invoice", "note"]);
  });

  test("row security off: rows of other tenants are read, changed and inserted", async () => {
    const load = startLoad({ urls });
    await load.more(50);
    expect(load.figures().leaks).toEqual({});
    await alter("alter table public.note disable row level security");
    await load.more(200);
    const { leaks, losses } = await load.stop();
    const kinds = Object.keys(leaks).map((what) => what.replace(/^\d+/, "n"));
    expect([...new Set(kinds)].toSorted()).toEqual([
      "a foreign row made in note",
      "n foreign rows read in note",
      "n foreign rows updated in note",
    ]);
    expect(losses).toEqual({});
  });

  test("a moment without policies: own rows are missing", async () => {
    const load = startLoad({ urls });
    await load.more(50);
    await alter("drop policy note_read on public.note; drop policy note_write on public.note");
    await load.more(200);
    const { leaks, losses, errors } = await load.stop();
    expect(leaks).toEqual({});
    expect(losses["0 of 20 own rows read in note"]).toBeGreaterThan(0);
    // the load's own inserts are refused
    expect(Object.keys(errors)).toEqual(["42501"]);
  });

  test("policies that read claims alone: right without the variable, and the old ones too", async () => {
    const load = startLoad({ urls, variable: false });
    await load.more(100);
    expect(await load.stop()).toMatchObject({ leaks: {}, losses: {}, errors: {} });
  });

  test("a crash of the server: counted as errors, and the load goes on", async () => {
    const load = startLoad({ urls: urls.slice(0, 1) });
    await load.more(50);
    await cluster.crash();
    await load.more(50);
    const { leaks, losses, errors } = await load.stop();
    expect([leaks, losses]).toEqual([{}, {}]);
    expect(Object.keys(errors).length).toBeGreaterThan(0);
  });

  test("a change behind a long reader blocks the others for as long as it waits", async () => {
    const url = cluster.url("target");
    const alone = await probe(url, "note");
    const reader = await longReader(url, "note", 10);
    await new Promise((done) => setTimeout(done, 300));
    // a reader blocks no reader
    expect((await alone.stop()).failed).toBe(0);
    const watched = await probe(url, "note");
    const waited = alter("set lock_timeout = '600ms'; alter policy note_read on public.note using (true)");
    await expect(waited).rejects.toMatchObject({ code: "55P03" });
    await reader.release();
    const blocked = await watched.stop();
    // the probe came into the queue up to one pause (10 ms) and a scheduling after the change, and left with it
    expect(blocked.longest).toBeGreaterThan(400);
    expect(blocked.longest).toBeLessThan(1500);
    expect(blocked.failed).toBe(0);
  });
});
