/**
 * `npm run corpus -- FOLDER…`: replays each project of migrations, compares it with itself after edits of its policies,
 * and prints the share of verdicts that are `unknown`, by reason. The counts tell which construct to model next.
 */
import { parseArgs } from "node:util";
import { measure, type Failed, type Measured } from "../test/prove/corpus/measure.ts";
import { tableOf } from "../test/prove/corpus/table.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    format: { type: "string", default: "text" },
    /** seconds for one project */
    budget: { type: "string", default: "120" },
  },
});
const budget = Number(values.budget);
if (positionals.length === 0 || !(budget > 0) || !["text", "json"].includes(values.format)) {
  console.error("usage: npm run corpus -- [--format json] [--budget SECONDS] FOLDER…");
  process.exit(2);
}
const projects: (Measured | Failed)[] = [];
for (const folder of positionals) {
  const project = await measure(folder, { budget });
  projects.push(project);
  if ("failed" in project) console.error(`${folder}: ${project.failed}`);
  else console.error(`${folder}: ${project.unknown} of ${project.verdicts} unknown, ${project.seconds} s`);
}
console.log(values.format === "json" ? JSON.stringify(projects, null, 1) : tableOf(projects));
