import { expect, test } from "vitest";
import { parseConfig } from "../../src/config.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import { impactOfPlan } from "../../src/pipeline/impact.ts";
import { openScratch } from "../../src/scratch/open.ts";
import { planFor } from "../support/plan.ts";
import { bruteForce, compared } from "./brute-force.ts";
import { generated, usersOf } from "./generated.ts";

test.each([10, 26, 35])("on the embedded engine: database %i", async (seed) => {
  const { sql, relations, config } = generated(seed);
  const scratch = await openScratch({ kind: "embedded" });
  try {
    await scratch.db.exec(sql);
    const catalog = await inspect(scratch.db);
    const plan = planFor(catalog, config);
    const impact = await impactOfPlan(scratch.db, catalog, plan, { config: parseConfig(config) });
    const users = await usersOf(scratch.db);
    const tried = await bruteForce(scratch.db, plan, relations, users, ["app.shop_id", "app.role", "app.shops"]);
    expect(compared(impact, tried)).toMatchObject({ missed: [], invented: [], untold: 0 });
    expect(tried.length).toBeGreaterThan(10);
  } finally {
    await scratch.close();
  }
});
