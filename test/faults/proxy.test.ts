import { connect } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startCluster, type Cluster } from "./cluster.ts";
import { findMajors } from "./majors.ts";
import { startProxy, type Proxy } from "./proxy.ts";
import { openClient, withClient } from "./with-client.ts";

const available = findMajors().find(({ missing }) => missing === null);

describe.skipIf(!available)("the proxy", () => {
  let cluster: Cluster;
  let proxy: Proxy;
  let url: string;

  beforeAll(async () => {
    if (available?.bin) cluster = await startCluster({ bin: available.bin });
    await direct("create table t (n int)");
  });
  beforeEach(async () => {
    proxy = await startProxy({ host: "127.0.0.1", port: cluster.port });
    url = proxy.through(cluster.url("postgres"));
    await direct("truncate t");
  });
  afterEach(async () => proxy.stop());
  afterAll(async () => cluster?.stop());
  const direct = async (sql: string, values: unknown[] = []): Promise<unknown[]> =>
    withClient(cluster.url("postgres"), async (client) => (await client.query(sql, values)).rows);

  test("a simple query, an extended one and a failed one are a step each, over all connections", async () => {
    await withClient(url, async (one) => {
      await one.query("select 1;\n  select 2");
      await withClient(url, async (two) => two.query("select $1::int", [3]));
      // prepared once, executed twice: the second has no Parse, its SQL is known by its name
      await one.query({ name: "named", text: "select $1::text", values: ["a"] });
      await one.query({ name: "named", text: "select $1::text", values: ["b"] });
      await expect(one.query("select 1 / $1::int", [0])).rejects.toThrow("division by zero");
      expect((await one.query("select 4 as n")).rows).toEqual([{ n: 4 }]);
    });
    await proxy.quiet();
    expect(proxy.steps.map(({ number, connection, sql }) => [number, connection, sql])).toEqual([
      [1, 1, "select 1; select 2"],
      [2, 2, "select $1::int"],
      [3, 1, "select $1::text"],
      [4, 1, "select $1::text"],
      [5, 1, "select 1 / $1::int"],
      [6, 1, "select 4 as n"],
    ]);
    expect([proxy.backends(), proxy.seen().length]).toEqual([[], 2]);
  });

  test("a large answer and a large query come through whole", async () => {
    const text = "é".repeat(3_000_000);
    const rows = await withClient(url, async (client) => (await client.query("select $1::text as text", [text])).rows);
    expect(rows).toEqual([{ text }]);
    expect(proxy.steps).toHaveLength(1);
  });

  test("encryption is refused, and the connection continues", async () => {
    // the requests of the protocol: their length, 8, and their numbers; GSS first as libpq does
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    const answers: string[] = [];
    for (const request of [80877104, 80877103]) {
      const packet = Buffer.alloc(8);
      packet.writeInt32BE(8, 0);
      packet.writeInt32BE(request, 4);
      socket.write(packet);
      answers.push(await new Promise((done) => socket.once("data", (chunk) => done(chunk.toString()))));
    }
    socket.destroy();
    expect(answers).toEqual(["N", "N"]);
  });

  test("before a step: the server has not seen it, and does not see it when it is dropped", async () => {
    proxy.arm({
      step: 2,
      moment: "before",
      act: async () => {
        expect(await direct("select n from t")).toEqual([]);
        proxy.cut();
        return "drop";
      },
    });
    const client = openClient(url);
    await client.connect();
    await client.query("select 1");
    await expect(client.query("insert into t values (1)")).rejects.toThrow(/terminated|ECONNRESET/);
    await proxy.quiet();
    expect([proxy.failure, proxy.sprung?.sql]).toEqual([null, "insert into t values (1)"]);
    expect(await direct("select n from t")).toEqual([]);
  });

  test("after a commit: it is done, and the child does not hear so", async () => {
    proxy.arm({
      step: 3,
      moment: "after",
      act: async (proxy) => {
        // another connection sees it already
        expect(await direct("select n from t")).toEqual([{ n: 1 }]);
        await direct("select pg_terminate_backend(pid, 5000) from unnest($1::int[]) pid", [proxy.backends()]);
        return "drop";
      },
    });
    const client = openClient(url);
    await client.connect();
    await client.query("begin");
    await client.query("insert into t values (1)");
    // terminated by an administrator, by what the child is told
    await expect(client.query("commit")).rejects.toMatchObject({ code: "57P01" });
    expect([proxy.failure, await direct("select n from t")]).toEqual([null, [{ n: 1 }]]);
  });

  test("passed on: the child notices nothing but the time", async () => {
    proxy.arm({ step: 1, moment: "before", act: async () => (await direct("insert into t values (7)"), "pass") });
    const rows = await withClient(url, async (client) => (await client.query("select n from t")).rows);
    expect(rows).toEqual([{ n: 7 }]);
  });

  test("a half cut: the child's side is gone, the server's holds its locks until the time is over", async () => {
    const held = "select pid from pg_locks where relation = 't'::regclass and mode = 'AccessExclusiveLock'";
    const client = openClient(url);
    await client.connect();
    await client.query("begin");
    await client.query("lock table t");
    const lost = new Promise((done) => client.once("end", done));
    proxy.cutClientSide(400);
    await lost;
    expect(await direct(held)).toEqual([{ pid: proxy.backends()[0] }]);
    await proxy.quiet();
    // the backend has a moment to notice
    for (let n = 0; n < 100 && (await direct(held)).length > 0; n += 1)
      await new Promise((done) => setTimeout(done, 10));
    expect(await direct(held)).toEqual([]);
  });
});
