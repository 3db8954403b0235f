import { expect, test } from "vitest";
import { parseConfig } from "../../src/config.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import { impactOfPlan } from "../../src/pipeline/impact.ts";
import { withFork } from "../support/fork.ts";
import { planFor } from "../support/plan.ts";
import { bruteForce, compared } from "./brute-force.ts";
import { generated, usersOf } from "./generated.ts";

const SEEDS = (process.env["RLSMITH_IMPACT_SEEDS"]?.split(",") ?? Array.from({ length: 40 }, (_, n) => n + 1)).map(
  Number,
);

test.each(SEEDS)("database %i: what is said of each user is what trying the plan shows", async (seed) => {
  const { sql, relations, config } = generated(seed);
  await withFork(sql, async (db) => {
    const catalog = await inspect(db);
    const plan = planFor(catalog, config);
    expect(plan.open).toEqual([]);
    const impact = await impactOfPlan(db, catalog, plan, { config: parseConfig(config) });
    const tried = await bruteForce(db, plan, relations, await usersOf(db), ["app.shop_id", "app.role", "app.shops"]);
    const found = compared(impact, tried);
    if (process.env["RLSMITH_IMPACT_SAY"] !== undefined)
      console.log(
        seed,
        tried.length,
        found.found,
        found.untold,
        JSON.stringify(
          impact.relations.flatMap((r) => r.untold.map((u) => [r.relation, u.because, u.users?.total ?? "all"])),
        ),
      );
    expect(found).toMatchObject({ missed: [], invented: [] });
  });
});
