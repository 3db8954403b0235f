import { afterAll, beforeAll, expect, test } from "vitest";
import { readMigrations } from "../../src/migration-tools/index.ts";
import { openScratch, replay } from "../../src/scratch/index.ts";
import { project, rlsmith } from "../support/cli.ts";
import { startServer, type TestServer } from "../support/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer(15);
});
afterAll(async () => server.stop());

test.each([
  ["alone", "select pg_sleep(30);"],
  ["after the file has lifted the limit of the server", "set statement_timeout = 0; select pg_sleep(30);"],
  ["in a loop", "do $$ begin loop perform 1; end loop; end $$;"],
])("on a server a statement that does not end is cancelled and reported, %s", async (_, sql) => {
  const folder = await readMigrations(
    project({ "migrations/1.sql": `create table a (id int); ${sql} create table b (id int);` }),
  );
  const scratch = await openScratch({ kind: "server", url: server.url }, { platform: { kind: "plain" } });
  try {
    const { failures } = await replay(scratch, folder, {
      platform: { kind: "plain" },
      limit: { seconds: 1, lastWords: () => "" },
    });
    expect(failures).toEqual([expect.objectContaining({ sqlstate: "57014", message: expect.stringContaining("1 s") })]);
    expect(await scratch.db.query("select to_regclass('a')::text as a, to_regclass('b')::text as b")).toEqual([
      { a: "a", b: "b" },
    ]);
  } finally {
    await scratch.close();
  }
});

test("the embedded database cannot be interrupted: the process names the statement and ends", async () => {
  const dir = project({ "migrations/1.sql": "create table a (id int); do $$ begin loop perform 1; end loop; end $$;" });
  const { code, stderr } = await rlsmith(["inspect", dir, "--statement-timeout", "2"]);
  expect(code).not.toBe(0);
  expect(stderr).toMatch(/error `[^`]*` did not end in 2 s, the limit of --statement-timeout\nhint /);
});

test.each(["0", "-1", "soon", "1e9"])("--statement-timeout %s is refused", async (seconds) => {
  const { code, stderr } = await rlsmith(["inspect", ".", "--statement-timeout", seconds]);
  expect(code).toBe(2);
  expect(stderr).toContain("BAD_STATEMENT_TIMEOUT");
});
