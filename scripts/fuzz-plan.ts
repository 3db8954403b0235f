/**
 * `npm run fuzz:plan -- --projects N --seed N --major 15|18`: projects of six shapes, each planned, proved, migrated and
 * taken back on a real PostgreSQL, with every request, command and row asked before and after.
 */
import { parseArgs } from "node:util";
import { openScratch } from "../src/scratch/open.ts";
import { projectOf } from "../test/plan/projects/generate.ts";
import { runProject } from "../test/plan/projects/run.ts";
import { ROLES } from "../test/plan/projects/shapes.ts";
import { startServer, type Major } from "../test/support/server.ts";

const { values } = parseArgs({
  options: {
    projects: { type: "string", default: "100" },
    seed: { type: "string", default: "1" },
    major: { type: "string", default: "15" },
  },
});
const [projects, seed, major] = [Number(values.projects), Number(values.seed), Number(values.major)];
if (!Number.isSafeInteger(projects) || !Number.isSafeInteger(seed) || (major !== 15 && major !== 18)) {
  console.error("usage: npm run fuzz:plan -- --projects N --seed N --major 15|18");
  process.exit(2);
}

const from = performance.now();
const server = await startServer(major satisfies Major);
const target = { kind: "server", url: server.url, superuser: true } as const;
const plain = await openScratch(target, { platform: { kind: "plain" } });
await plain.db.exec(ROLES.map((role) => `create role ${role} nologin;`).join(" "));
const supabase = await openScratch(target);
const counts = new Map<string, number>();
const count = (key: string, by = 1): void => void counts.set(key, (counts.get(key) ?? 0) + by);
let faults = 0;
for (let n = seed; n < seed + projects; n += 1) {
  const project = projectOf(n);
  try {
    const result = await runProject(project, project.shape.isSupabase ? supabase : plain);
    if (result.kind === "stopped") count(`stopped: ${result.why}`);
    else count(result.kind);
    if (result.kind === "written") {
      count(`written, ${project.shape.name}`);
      count("statements asked", result.statements * 2);
      count("statements that changed", result.changed);
      if (result.faults.length > 0) faults += 1;
      for (const fault of result.faults.slice(0, 6)) console.log(`seed ${n} (${project.shape.name}): ${fault}`);
    }
  } catch (error) {
    faults += 1;
    console.log(`seed ${n} (${project.shape.name}): ${String(error)}`);
  }
  if ((n - seed + 1) % 50 === 0)
    console.error(
      `${n - seed + 1} projects, ${Math.round((performance.now() - from) / 1000)} s, ${faults} with faults`,
    );
}
for (const [key, number] of [...counts].toSorted()) console.log(`${key.padEnd(40)} ${number}`);
console.log(`PostgreSQL ${major}, ${projects} projects from seed ${seed}: ${faults} with faults`);
await supabase.close();
await plain.close();
await server.stop();
// a plan that stops shows nothing
process.exit(faults > 0 || !counts.has("written") ? 1 : 0);
