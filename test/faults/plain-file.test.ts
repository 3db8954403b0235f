import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { startPgBouncer } from "../support/pgbouncer.ts";
import { startCluster } from "./cluster.ts";
import { makeFixture, makeTemplate } from "./fixture.ts";
import { startLoad } from "./load.ts";
import { findMajors } from "./majors.ts";
import { withClient } from "./with-client.ts";

for (const { title, bin, missing } of findMajors())
  describe.skipIf(missing)(`${title}${missing ? ` not run: ${missing}` : ""}`, () => {
    test("the files of a plan, up and down ten times under load: nothing leaks, nothing is missing", async () => {
      const fixture = await makeFixture({ targets: false, rehearse: false });
      const [up, down] = [readFileSync(fixture.up, "utf8"), readFileSync(fixture.down, "utf8")];
      const cluster = await startCluster({ bin: bin ?? "" });
      await makeTemplate(cluster, "target");
      const direct = cluster.url("target", "app");
      const pool = await startPgBouncer(direct, { size: 4 });
      try {
        const load = startLoad({ urls: pool ? [direct, pool.url] : [direct] });
        await load.more(100);
        const refused: string[] = [];
        const deadlocks = { up: 0, down: 0 };
        await withClient(cluster.url("target", "deployer"), async (client) => {
          for (const sql of Array.from({ length: 10 }, () => [up, down]).flat()) {
            // a deadlock or a lock that is not to be had in time refuses the file; it changes nothing then
            await client.query(sql).catch(async (error: unknown) => {
              refused.push(String(error));
              await client.query("rollback");
            });
            const seen = load.figures().errors["40P01"] ?? 0;
            deadlocks[sql === up ? "up" : "down"] += seen - deadlocks.up - deadlocks.down;
            await load.more(50);
          }
        });
        const figures = await load.stop();
        console.log(
          `${title}, ${pool ? "direct and pooled" : "direct"}: ${JSON.stringify(figures)}; refused: ${refused.length}; deadlocks that the load lost: ${JSON.stringify(deadlocks)}`,
        );
        expect([figures.leaks, figures.losses]).toEqual([{}, {}]);
        // a transaction of the load may lose a deadlock against the migration; nothing else may happen to it
        expect(Object.keys(figures.errors).filter((code) => code !== "40P01")).toEqual([]);
      } finally {
        await pool?.stop();
        await cluster.stop();
      }
    });
  });
