import { twoFiles } from "./naming.ts";
import { inOrder } from "./reading.ts";
import type { MigrationTool } from "./tool.ts";

const PLAN = "sqitch.plan";

/**
 * Sqitch: the changes that `sqitch.plan` lists, in its order: `deploy/<change>.sql`, and `revert/<change>.sql` for the
 * reverse.
 */
export const sqitch: MigrationTool = {
  name: "sqitch",
  // The plan is at the top of the folder that the project names.
  usualPlaces: [],
  opensTransaction: false,
  runsInPsql: true,
  detect: (folder) => folder.has(PLAN),
  read: (folder) =>
    inOrder(
      folder,
      changesOf(folder.text(PLAN)).map((name) => `deploy/${name}.sql`),
    ),
  nextName: (_folder, { slug }) => ({ up: `deploy/${slug}.sql`, down: `revert/${slug}.sql` }),
  write: (folder, name, sql, { slug, title, now }) => {
    const change = `${slug} ${now.toISOString().replace(/\.\d+/, "")} rlsmith <rlsmith@localhost> # ${title}`;
    const plan = `${folder.text(PLAN).trimEnd()}\n${change}\n`;
    return [...twoFiles(name, sql), { path: PLAN, content: plan, replace: true }];
  },
};

/**
 * The changes of a plan. A change that occurs again later was reworked: its earlier script is kept as `name@tag`
 * (sqitch-rework manual).
 */
function changesOf(plan: string): string[] {
  const lines = plan
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !/^[%#-]/.test(line));
  const changes: string[] = [];
  // indexes in `changes` that no tag follows yet
  let untagged: number[] = [];
  const names = lines.map((line) => /^\+?\s*([^\s[]+)/.exec(line)?.[1] ?? "");
  for (const [index, name] of names.entries()) {
    if (!name.startsWith("@")) {
      untagged.push(changes.push(name) - 1);
      continue;
    }
    for (const place of untagged) {
      const change = changes[place];
      if (change !== undefined && names.includes(change, index)) changes[place] = `${change}${name}`;
    }
    untagged = [];
  }
  return changes;
}
