/**
 * `npm run bench:plan`: the time that planning takes on a large catalog and on a large project. Prints a table, writes
 * bench/results/plan.json.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { classify } from "../src/classify/classify.ts";
import { analyseFunctions } from "../src/classify/functions/functions.ts";
import { parseConfig } from "../src/config.ts";
import { inspect } from "../src/inspect/inspect.ts";
import { buildPlan } from "../src/plan/build.ts";
import { renderMigration } from "../src/plan/migration.ts";
import type { Catalog } from "../src/pg/catalog.ts";
import { rewriteCatalog } from "../src/rewrite/run.ts";
import { readMigrations } from "../src/migration-tools/index.ts";
import { openScratch } from "../src/scratch/open.ts";
import { extensionsNamed } from "../src/scratch/prepare.ts";
import { replay } from "../src/scratch/replay.ts";
import { VERSION } from "../src/version.ts";
import { generatedCatalog, generatedProject } from "./generated.ts";

interface Row {
  what: string;
  seconds: number;
  detail: string;
}

const rows: Row[] = [];
let peak = 0;
const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 50);

async function timed<T>(what: string, work: () => Promise<T> | T, detail: (result: T) => string): Promise<T> {
  const start = performance.now();
  const result = await work();
  rows.push({ what, seconds: (performance.now() - start) / 1000, detail: detail(result) });
  peak = Math.max(peak, process.memoryUsage.rss());
  return result;
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

async function plan(catalog: Catalog, of: string): Promise<void> {
  const source = { kind: "function", schema: "auth", name: "jwt" } as const;
  const classified = await timed(
    `${of}: classify`,
    () => classify(catalog, source, analyseFunctions(catalog, source)),
    (result) => `${result.length} policies`,
  );
  const made = await timed(
    `${of}: rewrite and plan`,
    () => buildPlan(catalog, rewriteCatalog(catalog, classified, config), VERSION),
    (result) => `${result.steps.length} steps, ${result.open.length} open`,
  );
  await timed(
    `${of}: write the SQL`,
    () => renderMigration(made, { ownTransaction: true, rollbackFile: "down.sql" }),
    (result) => `${(result.up.length / 1e6).toFixed(1)} MB up`,
  );
}

await plan(generatedCatalog(1000), "catalog of 5,000 policies");
const catalogSeconds = rows.reduce((sum, row) => sum + row.seconds, 0);

const dir = mkdtempSync(join(tmpdir(), "rlsmith-bench-"));
try {
  const folder = join(dir, "supabase", "migrations");
  mkdirSync(folder, { recursive: true });
  for (const [name, sql] of generatedProject(1000)) writeFileSync(join(folder, name), sql);
  const migrations = await timed(
    "project: read",
    async () => readMigrations(dir),
    (result) => `${result.files.length} files`,
  );
  const scratch = await timed(
    "project: boot",
    () => openScratch({ kind: "embedded" }, { extensions: extensionsNamed(migrations) }),
    () => "embedded",
  );
  await timed(
    "project: replay",
    () => replay(scratch, migrations),
    (r) => `${r.statements} statements, ${r.failures.length} failed`,
  );
  const catalog = await timed(
    "project: inspect",
    () => inspect(scratch.db),
    (result) => `${result.policies.length} policies`,
  );
  await plan(catalog, "project");
  await scratch.close();
} finally {
  rmSync(dir, { recursive: true, force: true });
}
clearInterval(watch);

const projectSeconds = rows.filter((row) => row.what.startsWith("project")).reduce((sum, row) => sum + row.seconds, 0);
const width = Math.max(...rows.map((row) => row.what.length));
for (const row of rows)
  console.log(`${row.what.padEnd(width)}  ${row.seconds.toFixed(2).padStart(7)} s  ${row.detail}`);
console.log(`\n${"catalog, all".padEnd(width)}  ${catalogSeconds.toFixed(2).padStart(7)} s  limit 20 s`);
console.log(`${"project, all".padEnd(width)}  ${projectSeconds.toFixed(2).padStart(7)} s  limit 60 s`);
console.log(`${"memory, peak".padEnd(width)}  ${(peak / 1e9).toFixed(2).padStart(7)} GB limit 1.5 GB`);

mkdirSync("bench/results", { recursive: true });
writeFileSync(
  "bench/results/plan.json",
  `${JSON.stringify({ rows, catalogSeconds, projectSeconds, peakBytes: peak, limits: { catalogSeconds: 20, projectSeconds: 60, peakBytes: 1.5e9 } }, null, 2)}\n`,
);
