import { analyseFunctions, classify } from "../../../src/classify/index.ts";
import { parseConfig } from "../../../src/config.ts";
import type { Catalog } from "../../../src/pg/catalog.ts";
import { sidesOf, type ReportFacts } from "../../../src/pipeline/report.ts";
import { buildPlan, catalogAfter, planHash } from "../../../src/plan/index.ts";
import { proveMigration } from "../../../src/prove/index.ts";
import { rewriteCatalog } from "../../../src/rewrite/index.ts";

const config = parseConfig(
  {
    context: {
      "app.tenant_id": { claim: "app_metadata.tenant_id", type: "uuid" },
      "app.role": { claim: "app_metadata.role_name", type: "text" },
    },
  },
  "test",
);

const AT = "2026-11-30T12:00:00.000Z";

/** What a report shows of a plan for a catalog, of which nothing but the plan and its proof is known. */
export function factsOf(catalog: Catalog): ReportFacts {
  const source = { kind: "function", schema: "auth", name: "jwt" } as const;
  const classified = classify(catalog, source, analyseFunctions(catalog, source));
  const plan = buildPlan(catalog, rewriteCatalog(catalog, classified, config), "test");
  const proof = proveMigration(catalog, catalogAfter(catalog, plan), plan.context, plan.policies);
  const stored = { hash: planHash(plan), plan, files: { up: "up.sql", down: "down.sql", ownTransaction: true } };
  const value = { catalog, proved: { proof, objections: [], nothingGranted: false }, rehearsal: null };
  return {
    project: "generated",
    at: AT,
    rlsmith: "test",
    status: { steps: [], faults: [], lines: 0 },
    plan: stored,
    sides: sidesOf(stored, value, config),
    proof: { kind: "known", at: AT, value },
    rehearsal: { kind: "none" },
    verification: { kind: "none" },
    approvals: [],
    lines: [],
    targets: [],
  };
}
