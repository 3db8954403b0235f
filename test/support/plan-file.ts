import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { planHash } from "../../src/plan/plan-hash.ts";
import type { Plan } from "../../src/plan/plan.ts";

/** Change the stored plan of a project, as if `rlsmith plan` had written it so. */
export function changePlan(dir: string, change: (plan: Plan) => void): void {
  const file = join(dir, ".rlsmith/plan.json");
  const stored = JSON.parse(readFileSync(file, "utf8")) as { hash: string; plan: Plan };
  change(stored.plan);
  stored.hash = planHash(stored.plan);
  writeFileSync(file, JSON.stringify(stored, null, 2));
}
