import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startCluster, type Cluster } from "../faults/cluster.ts";
import { makeFixture, makeTemplate, POLICIES, type Fixture } from "../faults/fixture.ts";
import { findMajors } from "../faults/majors.ts";
import { withClient } from "../faults/with-client.ts";
import { rlsmith, type CliResult } from "../support/cli.ts";

const server = findMajors().find(({ missing }) => missing === null);

describe.skipIf(!server)("rollback --file", () => {
  let cluster: Cluster;
  let fixture: Fixture;
  let url: string;
  beforeAll(async () => {
    fixture = await makeFixture({ rehearse: false });
    cluster = await startCluster({ bin: server?.bin ?? "" });
    await makeTemplate(cluster, "target");
    url = cluster.url("target", "deployer");
    await withClient(cluster.url("postgres"), async (client) =>
      client.query("alter database target owner to deployer"),
    );
  });
  afterAll(async () => cluster?.stop());

  const run = async (...args: string[]): Promise<CliResult> =>
    rlsmith(args, { cwd: fixture.dir, env: { STAGING_URL: url } });
  const policies = async (): Promise<unknown> =>
    withClient(url, async (client) => (await client.query<{ policies: string }>(POLICIES)).rows[0]?.policies);
  const exec = async (sql: string): Promise<unknown> => withClient(url, async (client) => client.query(sql));

  test("takes back a plan, whether or not it is in the journal", async () => {
    const before = await policies();
    await exec(readFileSync(fixture.up, "utf8"));
    const after = await policies();
    expect(after).not.toBe(before);

    const tried = await run("rollback", "--file", fixture.down, "--dry-run");
    expect([tried.code, tried.stdout]).toEqual([0, expect.stringContaining("can be taken back on `staging`")]);
    expect(await policies()).toBe(after);

    const unknown = await run("rollback", "--file", fixture.down);
    expect([unknown.code, unknown.stdout]).toEqual([
      0,
      expect.stringContaining("the plan, which is not in the journal, was taken back on `staging`"),
    ]);
    expect(await policies()).toBe(before);

    expect((await run("apply", "--by", "relation")).code).toBe(0);
    const known = await run("rollback", "--file", fixture.down, "--format", "json");
    const result = JSON.parse(known.stdout) as { undone: unknown[]; left: unknown[] };
    expect([result.undone.length, result.left]).toEqual([3, []]);
    expect(await policies()).toBe(before);

    const again = await run("rollback", "--file", fixture.down);
    expect([again.code, again.stdout]).toEqual([0, expect.stringContaining("nothing to take back")]);
    // and the journal's own way back has nothing left to do either
    expect((await run("rollback", "--to", "0")).stdout).toContain("nothing to take back");
  });

  test("a file that does something else is not committed", async () => {
    expect((await run("apply")).code).toBe(0);
    const after = await policies();
    const other = join(fixture.dir, "other.sql");
    writeFileSync(other, "begin;\ndrop policy note_read on public.note;\ncommit;\n");
    const run1 = await run("rollback", "--file", other);
    expect([run1.code, run1.stderr]).toEqual([2, expect.stringContaining("its statement 1 differs")]);
    for (const [says, text] of [
      ["differs", readFileSync(fixture.down, "utf8").replace(/^(alter policy [^;]*?\n\s*using )[^;]*;/m, "$1(true);")],
      ["its statement", `${readFileSync(fixture.down, "utf8")}grant all on public.note to public;\n`],
      ["differs", readFileSync(fixture.down, "utf8").replace(/^alter policy [^;]*;/m, "")],
    ] as const) {
      writeFileSync(other, text);
      const edited = await run("rollback", "--file", other);
      expect([edited.code, edited.stderr]).toEqual([2, expect.stringContaining(says)]);
    }
    expect(await policies()).toBe(after);
  });

  test.each([
    { text: "begin; select 1; commit; select 2; commit;", says: "its statement 1 differs" },
    { text: "begin;\ncommit;\n", says: "has no statement of the plan" },
    { text: "drop polcy x on y;", says: "cannot be read: syntax error" },
  ])("$says", async ({ text, says }) => {
    const file = join(fixture.dir, "bad.sql");
    writeFileSync(file, text);
    const bad = await run("rollback", "--file", file);
    expect([bad.code, bad.stderr]).toEqual([2, expect.stringContaining(says)]);
  });

  test("flags of a rollback from the journal, and a file that does not exist", async () => {
    const both = await run("rollback", "--file", fixture.down, "--to", "1");
    expect([both.code, both.stderr]).toEqual([2, expect.stringContaining("TWO_WAYS_BACK")]);
    const none = await run("rollback", "--file", "nowhere.sql");
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining("`nowhere.sql` cannot be read")]);
    const plan = await run("rollback", "--plan", "plan.json");
    expect([plan.code, plan.stderr]).toEqual([2, expect.stringContaining("PLAN_FOR_NOTHING")]);
  });
});
