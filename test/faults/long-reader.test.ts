import { cpSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { longReader, probe } from "./blocking.ts";
import { start } from "./child.ts";
import { startCluster, type Cluster } from "./cluster.ts";
import { makeFixture, makeTemplate, POLICIES, type Fixture } from "./fixture.ts";
import { findMajors } from "./majors.ts";
import { rlsmithProgram } from "./program.ts";
import { withClient } from "./with-client.ts";

/** `lockTimeoutMs` of a target, where the config says nothing else. */
const LOCK_TIMEOUT = 2000;

let fixture: Fixture;
let impatient: string;
beforeAll(async () => {
  fixture = await makeFixture({ rehearse: false });
  impatient = mkdtempSync(join(tmpdir(), "rlsmith-impatient-"));
  cpSync(fixture.dir, impatient, { recursive: true });
  const config = join(impatient, "rlsmith.config.ts");
  writeFileSync(
    config,
    readFileSync(config, "utf8").replace('{ env: "STAGING_URL" } }', '{ env: "STAGING_URL" }, giveUpAfterSeconds: 3 }'),
  );
});

for (const { major, title, bin, missing } of findMajors())
  describe.skipIf(missing)(`${title}${missing ? ` not run: ${missing}` : ""}`, () => {
    // the whole half minute once, and enough of it on the others
    const seconds = major === 15 ? 30 : 6;
    let cluster: Cluster;
    beforeAll(async () => {
      cluster = await startCluster({ bin: bin ?? "" });
      await makeTemplate(cluster, "target");
      await withClient(cluster.url("postgres"), async (client) =>
        client.query("alter database target owner to deployer"),
      );
    });
    afterAll(async () => cluster?.stop());

    const policies = async (): Promise<unknown> =>
      withClient(
        cluster.url("target"),
        async (client) => (await client.query<{ policies: string }>(POLICIES)).rows[0]?.policies,
      );

    test("a reader that does not end in time: others go on, apply gives up and says who it was, nothing has changed", async () => {
      const before = await policies();
      const reader = await longReader(cluster.url("target"), "note", 60);
      const watched = await probe(cluster.url("target"), "note");
      const run = await start(rlsmithProgram(impatient, ["apply"])(cluster.url("target", "deployer")), 60_000).ended;
      const blocked = await watched.stop();
      await reader.release();
      expect([run.code, run.stderr]).toEqual([4, expect.stringContaining("LOCK_NOT_HAD")]);
      expect(run.stderr).toMatch(/public\.note is in use by process \d+ \(postgres faults\)/);
      expect(blocked.failed).toBe(0);
      expect(blocked.longest).toBeLessThan(LOCK_TIMEOUT);
      expect(await policies()).toBe(before);
    });

    test(`a reader of ${seconds} s: apply waits in short tries, others are never blocked for longer than lock_timeout`, async () => {
      const reader = await longReader(cluster.url("target"), "note", seconds);
      const [read, wrote] = [
        await probe(cluster.url("target"), "note"),
        await probe(cluster.url("target"), "customer"),
      ];
      const run = await start(
        rlsmithProgram(fixture.dir, ["apply", "--format", "json"])(cluster.url("target", "deployer")),
        120_000,
      ).ended;
      const [blocked, beside] = [await read.stop(), await wrote.stop()];
      await reader.over;
      expect([run.code, run.stderr]).toEqual([
        0,
        expect.stringContaining("locks not acquired in attempt 1, all released"),
      ]);
      const { groups } = JSON.parse(run.stdout) as { groups: { tries: number; locks: { held: number }[] }[] };
      console.log(
        `${title}: a reader of ${seconds} s on public.note, apply after ${groups[0]?.tries} tries in ${(run.ms / 1000).toFixed(1)} s; reads of public.note: ${blocked.reads}, none failed, longest ${blocked.longest} ms, ${blocked.total} ms blocked in all; public.customer beside it: longest ${beside.longest} ms`,
      );
      expect(groups[0]?.tries).toBeGreaterThan(1);
      for (const one of [blocked, beside]) {
        expect(one.failed).toBe(0);
        expect(one.longest).toBeLessThan(LOCK_TIMEOUT);
      }
    });
  });
