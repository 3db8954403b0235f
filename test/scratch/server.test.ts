import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openServer } from "../../src/db/server.ts";
import { readMigrations } from "../../src/scratch/layout.ts";
import { openScratch } from "../../src/scratch/open.ts";
import { replay } from "../../src/scratch/replay.ts";
import { project } from "../support/cli.ts";
import { startServer, type TestServer } from "../support/server.ts";

const ROOT = resolve(import.meta.dirname, "../..");

describe.each([15, 18] as const)("PostgreSQL %i", (major) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(major);
  });
  afterAll(async () => server.stop());

  /** Databases and roles of ours on the server. */
  async function leftovers(): Promise<string[]> {
    const db = await openServer(server.url);
    const rows = await db.query<{ name: string }>(
      "select datname as name from pg_database where datname like 'rlsmith%' union all select rolname from pg_roles where rolname in ('anon', 'authenticated', 'service_role')",
    );
    await db.close();
    return rows.map(({ name }) => name);
  }

  test("scratch databases and the roles they brought are gone after close", async () => {
    const scratch = await openScratch({ kind: "server", url: server.url });
    const fork = await scratch.fork();
    await fork.db.exec("create table t (id int)");
    expect(await scratch.db.query("select to_regclass('t') as t")).toEqual([{ t: null }]);
    expect(await leftovers()).toContain("authenticated");
    await fork.close();
    await scratch.close();
    await scratch.close();
    expect(await leftovers()).toEqual([]);
  });

  test("what migrations do to the server itself is not done, and the roles they make go with the database", async () => {
    const admin = await openServer(server.url);
    await admin.exec("create role keeper");
    const scratch = await openScratch({ kind: "server", url: server.url });
    const folder = await readMigrations(
      project({
        "migrations/1.sql":
          "create role fresh; alter system set work_mem = '5MB'; drop role keeper; create database other; create table t (id int);",
      }),
    );
    const report = await replay(scratch, folder);
    expect(report.failures).toEqual([]);
    expect(report.notices.map((notice) => notice.code)).toEqual(["reaches-beyond", "reaches-beyond", "reaches-beyond"]);
    expect(await scratch.db.query("select to_regclass('t')::text as t")).toEqual([{ t: "t" }]);
    await scratch.close();
    expect(await admin.query("select rolname from pg_roles where rolname in ('fresh', 'keeper')")).toEqual([
      { rolname: "keeper" },
    ]);
    expect(await admin.query("select from pg_database where datname = 'other'")).toEqual([]);
    await admin.exec("drop role keeper");
    await admin.close();
  });

  test.each(["SIGINT", "SIGTERM"] as const)("and after %s", async (signal) => {
    const files = Object.fromEntries(
      Array.from({ length: 30 }, (_, n) => [`migrations/${n + 10}.sql`, "select pg_sleep(0.3);"]),
    );
    const child = spawn(
      process.execPath,
      [
        resolve(ROOT, "node_modules/jiti/lib/jiti-cli.mjs"),
        resolve(ROOT, "src/cli/main.ts"),
        "inspect",
        project(files),
        "--scratch",
        server.url,
      ],
      { stdio: "ignore" },
    );
    const ended = new Promise<number | null>((done) => child.on("close", done));
    while ((await leftovers()).every((name) => !name.startsWith("rlsmith")))
      await new Promise((done) => setTimeout(done, 100));
    child.kill(signal);
    expect(await ended).toBe(signal === "SIGINT" ? 130 : 143);
    expect((await leftovers()).filter((name) => name.startsWith("rlsmith"))).toEqual([]);
  });
});
