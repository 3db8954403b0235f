/**
 * `npm run bench:prove`: the time that the verdicts of a migration take, and its growth with the size. Prints a table,
 * writes bench/results/prove.json.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import type * as Classify from "../src/classify/classify.ts";
import type * as Functions from "../src/classify/functions/functions.ts";
import type * as Config from "../src/config.ts";
import type * as Build from "../src/plan/build.ts";
import type * as CatalogAfter from "../src/plan/catalog-after.ts";
import type * as Migration from "../src/prove/migration.ts";
import type * as Run from "../src/rewrite/run.ts";
import type * as Version from "../src/version.ts";
import { generatedCatalog } from "./generated.ts";

/**
 * A module of dist/, as users run it: what translates TypeScript while it runs makes each call of another module slower,
 * by a sixth of the whole time.
 */
async function built<Module>(path: string): Promise<Module> {
  return (await import(new URL(`../dist/${path}`, import.meta.url).href)) as Module;
}

const { classify } = await built<typeof Classify>("classify/classify.js");
const { analyseFunctions } = await built<typeof Functions>("classify/functions/functions.js");
const { parseConfig } = await built<typeof Config>("config.js");
const { buildPlan } = await built<typeof Build>("plan/build.js");
const { catalogAfter } = await built<typeof CatalogAfter>("plan/catalog-after.js");
const { proveMigration } = await built<typeof Migration>("prove/migration.js");
const { rewriteCatalog } = await built<typeof Run>("rewrite/run.js");
const { VERSION } = await built<typeof Version>("version.js");

interface Row {
  policies: number;
  texts: "alike" | "distinct";
  verdicts: number;
  queries: number;
  seconds: number;
  medianMs: number;
  p95Ms: number;
  maxMs: number;
  unknown: number;
}

const config = parseConfig(
  {
    context: {
      "app.tenant_id": { claim: "app_metadata.tenant_id", type: "uuid" },
      "app.role": { claim: "app_metadata.role_name", type: "text" },
    },
  },
  "bench",
);

function measure(relations: number, distinct: boolean): Row {
  const catalog = generatedCatalog(relations, distinct);
  const source = { kind: "function", schema: "auth", name: "jwt" } as const;
  const classified = classify(catalog, source, analyseFunctions(catalog, source));
  const plan = buildPlan(catalog, rewriteCatalog(catalog, classified, config), VERSION);
  const after = catalogAfter(catalog, plan);
  const start = performance.now();
  const proof = proveMigration(catalog, after, plan.context, plan.policies);
  const seconds = (performance.now() - start) / 1000;
  const all = [...proof.access, ...proof.policies];
  // a verdict that was known from another role or relation took no time of its own
  const solved = all.map(({ milliseconds }) => milliseconds).filter((ms) => ms > 0);
  const times = solved.toSorted((a, b) => a - b);
  const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return {
    policies: catalog.policies.length,
    texts: distinct ? "distinct" : "alike",
    verdicts: all.length,
    queries: solved.length,
    seconds,
    medianMs: at(0.5),
    p95Ms: at(0.95),
    maxMs: times.at(-1) ?? 0,
    unknown: all.filter(({ decision }) => decision === "unknown").length,
  };
}

measure(20, true); // the first run compiles
const rows = [false, true].flatMap((distinct) =>
  [125, 250, 500, 1000].map((relations) => measure(relations, distinct)),
);

console.log("policies  texts     verdicts  queries  seconds  ms a policy  median ms  p95 ms   max ms  unknown");
for (const row of rows)
  console.log(
    [
      String(row.policies).padStart(8),
      row.texts.padEnd(8),
      String(row.verdicts).padStart(8),
      String(row.queries).padStart(7),
      row.seconds.toFixed(2).padStart(7),
      ((1000 * row.seconds) / row.policies).toFixed(2).padStart(11),
      row.medianMs.toFixed(3).padStart(9),
      row.p95Ms.toFixed(3).padStart(6),
      row.maxMs.toFixed(1).padStart(7),
      String(row.unknown).padStart(7),
    ].join("  "),
  );
const worst = Math.max(...rows.filter(({ policies }) => policies === 5000).map(({ seconds }) => seconds));
console.log(`5,000 policies: ${worst.toFixed(1)} s at most (limit 30)`);
mkdirSync("bench/results", { recursive: true });
writeFileSync("bench/results/prove.json", `${JSON.stringify({ node: process.version, rows }, null, 2)}\n`);
