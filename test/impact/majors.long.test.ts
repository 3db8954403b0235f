import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseConfig } from "../../src/config.ts";
import { openServer } from "../../src/db/server.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import type { Impact } from "../../src/impact/index.ts";
import { impactOnServer } from "../../src/pipeline/impact.ts";
import { BOOTSTRAP } from "../../src/scratch/bootstrap.ts";
import { startCluster } from "../faults/cluster.ts";
import { findMajors } from "../faults/majors.ts";
import { planFor } from "../support/plan.ts";
import { bruteForce, compared } from "./brute-force.ts";
import { generated, usersOf } from "./generated.ts";

const withoutTimes = (impact: Impact): Impact => ({
  ...impact,
  relations: impact.relations.map((one) => ({ ...one, milliseconds: 0 })),
});

describe.each(findMajors())("$title", ({ bin, missing }) => {
  test.skipIf(missing !== null)("on the primary, on a standby, and by trying the plan", async () => {
    const cluster = await startCluster({ bin: bin ?? "" });
    const { sql, relations, config } = generated(10);
    const url = cluster.url("postgres");
    try {
      const db = await openServer(url);
      await db.exec(BOOTSTRAP);
      await db.exec(sql);
      const plan = planFor(await inspect(db), config);
      const [row] = await db.query<{ data_directory: string }>("show data_directory");
      await db.close();
      const options = { config: parseConfig(config) };
      const impact = await impactOnServer(url, plan, options);
      expect(impact.outcome).toBe("somebody changes");

      // a server in recovery, which accepts no writes
      const signal = join(row?.data_directory ?? "", "standby.signal");
      writeFileSync(signal, "", { mode: 0o666 });
      await cluster.crash();
      expect(withoutTimes(await impactOnServer(url, plan, options))).toEqual(withoutTimes(impact));
      rmSync(signal);
      await cluster.crash();

      const again = await openServer(url);
      const tried = await bruteForce(again, plan, relations, await usersOf(again), [
        "app.shop_id",
        "app.role",
        "app.shops",
      ]);
      expect(compared(impact, tried)).toMatchObject({ missed: [], invented: [] });
      expect(tried.length).toBeGreaterThan(10);
      await again.close();
    } finally {
      await cluster.stop();
    }
  });
});
