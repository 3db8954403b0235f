/**
 * `npm run bench:cleanup`: the time that `rlsmith cleanup` takes for a generated project of 2,000 files of TypeScript and
 * 500 functions, without the replay and the rehearsal of the migration. Prints a table, writes bench/results/cleanup.json.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseConfig } from "../src/config.ts";
import { inspect } from "../src/inspect/index.ts";
import { cleanUpCode } from "../src/pipeline/cleanup-code.ts";
import { planCleanup } from "../src/pipeline/cleanup-sql.ts";
import { inspectCatalog } from "../src/pipeline/inspection.ts";
import { retiredNames } from "../src/pipeline/retired-names.ts";
import { renderMigration } from "../src/plan/index.ts";
import { silent } from "../src/progress.ts";
import { openScratch } from "../src/scratch/index.ts";
import { generatedCode, generatedFunctions } from "./generated-application.ts";

const FILES = 2000;
const FUNCTIONS = 500;
const WITH_USES = 200;
const LIMIT_SECONDS = 30;

interface Row {
  what: string;
  seconds: number;
  /** of this process, and of the compiler that checks the code where /proc tells it */
  cpuSeconds: number;
  detail: string;
  counts: boolean;
}

/** The CPU seconds of child processes that have ended: fields 16 and 17 of /proc/self/stat, in ticks of 10 ms. */
function secondsOfChildren(): number {
  if (!existsSync("/proc/self/stat")) return 0;
  const fields = readFileSync("/proc/self/stat", "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

const rows: Row[] = [];
async function timed<T>(
  what: string,
  counts: boolean,
  work: () => T | Promise<T>,
  detail: (made: T) => string,
): Promise<T> {
  const [start, cpu, children] = [performance.now(), process.cpuUsage(), secondsOfChildren()];
  const made = await work();
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (performance.now() - start) / 1000;
  rows.push({
    what,
    seconds,
    cpuSeconds: (user + system) / 1e6 + secondsOfChildren() - children,
    detail: detail(made),
    counts,
  });
  return made;
}

const config = parseConfig(
  {
    context: {
      "app.org_id": { claim: "app_metadata.org_id", type: "uuid" },
      "app.actor_id": { claim: "sub", type: "uuid" },
      "app.role": { claim: "app_metadata.role", type: "text" },
    },
  },
  "bench",
);

const scratch = await timed(
  "boot and create functions",
  false,
  async () => {
    const made = await openScratch({ kind: "embedded" });
    await made.db.exec(generatedFunctions(FUNCTIONS, WITH_USES));
    return made;
  },
  () => `${FUNCTIONS} functions`,
);
const catalog = await timed(
  "read the catalog",
  true,
  () => inspect(scratch.db),
  (made) => `${made.functions.length} functions`,
);
await scratch.close();
const cleanup = await timed(
  "SQL: plan",
  true,
  () => planCleanup(catalog, config),
  ({ plan, cleanup: { functions }, dropped }) =>
    `${plan.steps.length} steps, ${functions.filter(({ kind }) => kind === "edited").length} edited, ${functions.filter(({ kind }) => kind === "asked").length} asked, ${dropped.length} dropped`,
);
await timed(
  "SQL: files",
  true,
  () => renderMigration(cleanup.plan, { ownTransaction: true, rollbackFile: "down.sql" }),
  ({ up, down }) => `${((up.length + down.length) / 1000).toFixed(0)} kB`,
);

const dir = mkdtempSync(join(tmpdir(), "rlsmith-bench-"));
try {
  for (const [path, text] of generatedCode(FILES)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  const git = (...args: string[]): void =>
    void execFileSync("git", ["-C", dir, "-c", "user.name=bench", "-c", "user.email=bench@example.org", ...args], {
      stdio: "ignore",
    });
  git("init", "-q");
  git("add", "-A");
  git("commit", "-qm", "start");
  const require = createRequire(import.meta.url);
  const tsc = join(dirname(require.resolve("typescript/package.json")), "bin/tsc");
  const retired = retiredNames(catalog, inspectCatalog(catalog, config).facts, config);
  await timed(
    "code, with tsc",
    true,
    () =>
      cleanUpCode(retired, {
        projectDir: dir,
        write: false,
        allowDirty: false,
        check: `${process.execPath} ${tsc} --noEmit -p .`,
        progress: silent,
      }),
    ({ files, decisions, judge }) =>
      `${files.length} of ${FILES} files change, ${decisions.length} decisions, ${judge?.errorsAfter ?? "no"} errors after`,
  );
} finally {
  rmSync(dir, { recursive: true, force: true });
}

const width = Math.max(...rows.map(({ what }) => what.length));
console.log(`${"".padEnd(width)}  seconds  CPU s`);
for (const { what, seconds, cpuSeconds, detail } of rows)
  console.log(
    `${what.padEnd(width)}  ${seconds.toFixed(2).padStart(7)}  ${cpuSeconds.toFixed(2).padStart(5)}  ${detail}`,
  );
const counted = rows.filter(({ counts }) => counts);
const total = counted.reduce((sum, { seconds }) => sum + seconds, 0);
const cpuTotal = counted.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
console.log(
  `\n${"all but boot".padEnd(width)}  ${total.toFixed(2).padStart(7)}  ${cpuTotal.toFixed(2).padStart(5)}  limit ${LIMIT_SECONDS} s`,
);
mkdirSync("bench/results", { recursive: true });
writeFileSync(
  "bench/results/cleanup.json",
  `${JSON.stringify({ node: process.version, rows, seconds: total, cpuSeconds: cpuTotal, limitSeconds: LIMIT_SECONDS }, null, 2)}\n`,
);
