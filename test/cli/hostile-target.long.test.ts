import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { quoteIdent, quoteLiteral } from "../../src/pg/identifier.ts";
import { BOOTSTRAP } from "../../src/scratch/bootstrap.ts";
import { withClient } from "../faults/with-client.ts";
import { project, rlsmith, type CliResult } from "../support/cli.ts";
import { HOSTILE_CONFIG, HOSTILE_FILES, HOSTILE_SQL } from "../support/hostile-project.ts";
import { expectHarmless, expectJson, hostile } from "../support/hostile.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { identify, copyOf } from "../support/work-tree.ts";

const id = (prefix: string): string => quoteIdent(hostile(prefix));
const TARGET = `${id("s")}.${id("t")}`;
/** node-postgres does not decode `;` and `&` in the path of a URL. */
const databaseName = (prefix: string): string => hostile(prefix).replaceAll(/[;&]/g, "");
const config = HOSTILE_CONFIG.replace(/\};\n$/, ', "targets": { "staging": { "url": { "env": "STAGING_URL" } } } };\n');

let server: TestServer;
let dir: string;
let url: string;
beforeAll(async () => {
  server = await startServer(18);
  await withClient(server.url, async (client) => client.query(`create database ${quoteIdent(databaseName("db"))}`));
  const at = new URL(server.url);
  at.pathname = `/${encodeURIComponent(databaseName("db"))}`;
  url = at.toString();
  await withClient(url, async (client) => client.query(BOOTSTRAP + HOSTILE_SQL));
  dir = copyOf(project({ ...HOSTILE_FILES, "rlsmith.config.ts": config }));
  // git refuses < > and line breaks in a name itself
  identify(dir, "Eve\u202E\u009B31m`|", "eve\u200B@example.com");
});
afterAll(async () => server.stop());

const run = async (...args: string[]): Promise<CliResult> => {
  const result = await rlsmith(args, { cwd: dir, env: { STAGING_URL: url } });
  expect(result.stderr).not.toContain("bug");
  expectHarmless(result.stderr);
  expectHarmless(result.stdout);
  return result;
};
const exec = async (sql: string): Promise<unknown> => withClient(url, async (client) => client.query(sql));

describe("one target after the other command", () => {
  test("plan, approve, apply, history", async () => {
    expect((await run("plan", "--no-rehearse")).code).toBe(0);
    expect((await run("approve", "--as", hostile("Lead"))).code).toBe(0);
    expectJson((await run("approve", "--as", hostile("Lead"), "--format", "json")).stdout);
    for (const by of [["--by", "relation"], ["--by", "context"], []])
      expect((await run("apply", "--dry-run", ...by)).code).toBe(0);
    const applied = await run("apply", "--by", "relation", "--format", "json");
    expect(applied.code).toBe(0);
    expectJson(applied.stdout);
    expect((await run("apply")).stdout).toContain("in force");
    expect((await run("history")).stdout).toContain("in force");
    expectJson((await run("history", "--format", "json")).stdout);
  });

  test("inspect and verify of the live database", async () => {
    for (const command of [
      ["inspect"],
      ["verify"],
      ["verify", "--write-and-roll-back", "--format", "markdown"],
      ["claims"],
    ])
      expect([0, 1, 3]).toContain((await run(...command, "--db", url)).code);
  });

  test("a change since then is refused, and overwritten with a reason", async () => {
    await exec(`alter policy ${id("read")} on ${TARGET} using (${id("v")} = ${quoteLiteral(hostile("drift"))});
      comment on policy ${id("read")} on ${TARGET} is ${quoteLiteral(`a\n✓ held\n${hostile("b")}`)}`);
    expect((await run("apply")).code).toBe(4);
    const refused = await run("rollback");
    expect([refused.code, refused.stderr]).toEqual([4, expect.stringContaining("CHANGED_SINCE")]);
    const forced = await run("rollback", "--to", "0", "--force", "--reason", hostile("because"));
    expect([forced.code, forced.stdout]).toEqual([0, expect.stringContaining("overwritten")]);
    expect((await run("history")).stdout).toContain("by force");
  });

  test("an error that the database raises, and the entry of the journal for it", async () => {
    await exec(`create function refuse() returns event_trigger language plpgsql as $$
      begin raise exception using message = ${quoteLiteral(hostile("no"))}, detail = ${quoteLiteral(hostile("d"))}, hint = ${quoteLiteral(hostile("h"))}; end $$;
      create event trigger refuse on ddl_command_end when tag in ('ALTER POLICY', 'DROP POLICY') execute function refuse()`);
    const { code, stderr } = await run("apply");
    expect(code).toBe(4);
    expect(stderr).toContain("no\\n✓ held");
    expectJson((await run("history", "--format", "json")).stdout);
    await run("history");
  });

  test("a database that does not exist, and a password that is wrong", async () => {
    const at = new URL(url);
    at.pathname = `/${encodeURIComponent(databaseName("none"))}`;
    expect((await run("inspect", "--db", at.toString())).code).toBe(4);
    at.username = encodeURIComponent(hostile("nobody"));
    expect((await run("inspect", "--db", at.toString())).code).toBe(4);
  });
});
