import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openServer } from "../../src/db/server.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import type { Catalog } from "../../src/pg/catalog.ts";
import { compile, failed, outcomes, passed, type Outcome } from "../support/casino-suite.ts";
import { JITI, MAIN, runProgram, type CliResult } from "../support/cli.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { CASINO_DECISIONS, decide } from "../support/casino-decisions.ts";
import { committed, git } from "./tests/project.ts";

// The whole way of the casino, on a native server, and back: plan, the decisions of a person in the config, every
// clean-up, then the rollback. No file but the config is edited by hand. The files are written in the order of docs/cleanup.md; walk.long.test.ts has another one.

const ROOT = resolve(import.meta.dirname, "../..");
const MINUTES = 60_000;
const NAMES = "injectRLSContext|rls-context|set_rls_context|app\\\\?\\.(casino_id|actor_id|staff_role)";
const DATABASE = "casino_live";

let dir: string;
let server: TestServer;
const ran: Record<string, CliResult> = {};
const suite: Record<"before" | "moved" | "back", Outcome[]> = { before: [], moved: [], back: [] };
const catalog: Record<"before" | "moved" | "back", Catalog | null> = { before: null, moved: null, back: null };

const live = (): string => server.url.replace(/\/postgres$/, `/${DATABASE}`);

/** Run rlsmith in the project, and commit what it writes. */
async function step(name: string, ...args: string[]): Promise<void> {
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, NO_COLOR: "1", STAGING_URL: live() };
  ran[name] = await runProgram(process.execPath, [JITI, MAIN, ...args], { cwd: dir, env });
  git(dir, "add", "-A");
  git(dir, "commit", "-q", "--allow-empty", "-m", name);
}

const printed = (name: string): string => `${ran[name]?.stdout}${ran[name]?.stderr}`;

/** The application's suite, on copies of the database in use. */
const suiteOnLive = async (): Promise<Outcome[]> =>
  outcomes(dir, { CASINO_DATABASE_URL: server.url, CASINO_TEMPLATE_DATABASE: DATABASE });

async function inLive<T>(work: (db: Awaited<ReturnType<typeof openServer>>) => Promise<T>): Promise<T> {
  const db = await openServer(live());
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}

/** The database as it was before: the old migrations and the seed. */
async function makeLive(): Promise<void> {
  const admin = await openServer(server.url);
  await admin.exec(`create database ${DATABASE}`);
  await admin.close();
  const migrations = git(dir, "ls-files", "supabase/migrations").trim().split("\n").toSorted();
  await inLive(async (db) => {
    for (const file of ["test/support/platform.sql", ...migrations, "supabase/seed.sql"])
      await db.exec(readFileSync(join(dir, file), "utf8"));
  });
}

beforeAll(async () => {
  dir = join(mkdtempSync(join(tmpdir(), "rlsmith-whole-walk-")), "casino");
  cpSync(join(ROOT, "examples/casino"), dir, { recursive: true, filter: (path) => !path.includes("node_modules") });
  writeFileSync(join(dir, ".gitignore"), "node_modules\n");
  committed(dir);
  git(dir, "tag", "before");
  server = await startServer(15);
  await makeLive();
  catalog.before = await inLive(inspect);
  suite.before = await suiteOnLive();

  await step("plan", "plan", "--no-rehearse");
  await step("emit", "verify", "--emit", "pgtap");
  // a patch that nobody applies: it asks what the config then answers
  await step("asked", "cleanup", "--code");
  decide(dir);
  git(dir, "commit", "-qam", "decisions");
  git(dir, "tag", "decisions");
  await step("code", "cleanup", "--code", "--write");
  await step("sql", "cleanup", "--sql", "--no-rehearse");
  await step("guards", "cleanup", "--guards", "--write");
  await step("tests", "cleanup", "--tests", "--write", "--mutants", "1");
  git(dir, "tag", "cleaned");

  for (const part of ["code", "sql", "guards", "tests"]) await step(`${part} again`, "cleanup", `--${part}`);

  await step("apply", "apply", "--target", "staging");
  await step("apply-sql", "apply", "--target", "staging", "--plan", ".rlsmith/cleanup.json");
  catalog.moved = await inLive(inspect);
  suite.moved = await suiteOnLive();
}, 60 * MINUTES);
afterAll(async () => {
  await server?.stop();
  rmSync(resolve(dir, ".."), { recursive: true, force: true });
});

/** The number of lines that a step says it removed, of a kind. */
const removed = (step: string, kind: string): number =>
  Number(new RegExp(String.raw`^lines removed: .*?(\d+) of ${kind}\b`, "m").exec(printed(step))?.[1] ?? Number.NaN);

/** Lines of the project that hold one of the names, as `path:line`. */
function hits(...pathspecs: string[]): string[] {
  try {
    const found = git(dir, "grep", "-nE", NAMES, "--", ...pathspecs);
    return found
      .trim()
      .split("\n")
      .map((line) => /^.+?:\d+/.exec(line)?.[0] ?? line);
  } catch (error) {
    // git ends with 1 where nothing is found
    if ((error as { status?: number }).status === 1) return [];
    throw error;
  }
}

/** True if a step printed a place: `path:line`, or `path:line, line, …`. */
const isPrinted = (step: string, place: string): boolean => {
  const [, path = "", line = ""] = /^(.+):(\d+)$/.exec(place) ?? [];
  return printed(step)
    .split("\n")
    .some((text) => {
      const [, at = "", lines = ""] = /^\s*(\S+?):(\d+(?:, \d+)*)(?:\s|$)/.exec(text) ?? [];
      return at === path && lines.split(", ").includes(line);
    });
};

describe("the way there", () => {
  test("each step ends as its page says: 3 where a person has something to decide", () => {
    const codes = Object.fromEntries(Object.entries(ran).map(([name, { code }]) => [name, code]));
    expect(codes, printed("apply") + printed("apply-sql")).toMatchObject({
      plan: 0,
      code: 3,
      sql: 0,
      guards: 3,
      tests: 3,
      apply: 0,
      "apply-sql": 0,
    });
  });

  test("the suite of --tests knows the old state, though the clean-up of SQL is in the folder", () => {
    // of the old suite, the case fails that looks at the order of the SQL, which --code has changed: the config says that it goes
    expect(printed("tests")).toMatch(/on the old state: \d+ pass, 1 fail; on the migrated state/);
  });

  test("each decision was asked for, and no file but the config is edited by hand", () => {
    const missing = CASINO_DECISIONS.flatMap(({ path, asked }) =>
      asked.flatMap((line) => (isPrinted("asked", `${path}:${line}`) ? [] : [`${path}:${line}`])),
    );
    expect(missing).toEqual([]);
    expect(git(dir, "diff", "--name-only", "decisions~1", "decisions")).toBe("rlsmith.config.ts\n");
  });

  test("each decision is reported with its reason", () => {
    const reports = printed("code") + printed("tests");
    expect(CASINO_DECISIONS.filter(({ entry }) => !reports.includes(entry.reason))).toEqual([]);
  });

  test("the case about the connection looks for claims now, and for the role as before", () => {
    expect(git(dir, "show", "cleaned:workers/__tests__/workers.integration.test.ts")).toContain(
      "coalesce((nullif(current_setting('request.jwt.claims', true), '')::jsonb #>> '{app_metadata,casino_id}'), '') as casino",
    );
    expect(passed(suite.moved).some((name) => name.includes("leaves nothing on the connection"))).toBe(true);
  });

  test("nothing but history names the variables, their setter and its wrapper", () => {
    const left = hits(
      ".",
      // the history of the schema, what the move itself takes out, and its way back
      ":!supabase/migrations",
      ":!supabase/rollbacks",
      // the plans, which record what they change
      ":!.rlsmith",
      // the emitted tests set the variables as an attacker would, and expect that nothing comes of it
      ":!supabase/tests/database/rls_isolation.test.sql",
      // the mapping itself, which the attacks of verify and the guards need
      ":!rlsmith.config.ts",
      // pages that tell what was or have to be written anew: each line of them is checked below
      ":!docs",
      ":!README.md",
    );
    expect(left).toEqual([]);
    // what is left out does name them: the search finds what it is to find
    expect(hits("supabase/migrations").length).toBeGreaterThan(100);
    expect(git(dir, "grep", "-cE", NAMES, "before", "--", "app", "lib", "workers")).not.toBe("");
  });

  test("each line of a page that names what is retired was printed", () => {
    // the name of the file that --code has renamed is none of what is retired
    const names = "injectRLSContext|set_rls_context|app\\.(casino_id|actor_id|staff_role)";
    const pages = git(dir, "grep", "-nE", names, "--", "docs", "README.md").trim().split("\n");
    expect(pages.length).toBeGreaterThan(20);
    const silent = pages
      .map((line) => /^.+?:\d+/.exec(line)?.[0] ?? line)
      .filter((place) => !isPrinted("guards", place));
    expect(silent).toEqual([]);
  });

  test("after the decisions each clean-up says that nothing is left", () => {
    const again = ["code", "sql", "guards", "tests"].map((part) => [part, ran[`${part} again`]?.code]);
    expect(again).toEqual([
      ["code", 0],
      ["sql", 0],
      ["guards", 0],
      ["tests", 0],
    ]);
    expect(printed("tests again")).toContain("no case takes the variable's path");
    // what rlsmith wrote itself is no matter of a person
    expect(printed("guards")).not.toContain("rls_isolation.test.sql");
    expect(git(dir, "diff", "--name-only", "cleaned", "HEAD", "--", ".", ":!.rlsmith")).toBe("");
  });

  test("the application type-checks", async () => {
    const { code, stdout } = await compile(dir);
    expect([stdout, code]).toEqual(["", 0]);
  });

  test("its remaining tests pass on the migrated database, all of them", () => {
    expect(failed(suite.moved)).toEqual([]);
    // 164 before: less those whose subject went
    expect(suite.moved.length).toBeGreaterThan(110);
    expect(suite.moved.length).toBeLessThan(suite.before.length);
  });

  test("the lines that go are counted by kind", () => {
    const counted = {
      sql: removed("sql", "SQL"),
      service: removed("code", "the application") + removed("guards", "the application"),
      test: removed("code", "tests") + removed("guards", "tests") + removed("tests", "tests"),
      scripts: removed("code", "scripts") + removed("guards", "scripts"),
    };
    console.log(`lines removed: ${JSON.stringify(counted)}`);
    // what git counts, less the decisions; a file under another name counts with the lines that change
    const own = [".", ":!supabase", ":!.rlsmith", ":!rlsmith.config.ts"];
    const numbers = git(dir, "diff", "--numstat", "-M", "before", "cleaned", "--", ...own);
    const all = numbers
      .trim()
      .split("\n")
      .reduce((sum, line) => sum + Number(line.split("\t")[1]), 0);
    expect(counted.service + counted.test + counted.scripts).toBe(all);
    // 16 calls of the setter at least, and the setter itself
    expect(counted.sql).toBeGreaterThan(16);
  });
});

describe("the way back", () => {
  beforeAll(async () => {
    await step("rollback", "rollback", "--target", "staging", "--to", "0");
    catalog.back = await inLive(inspect);
    git(dir, "checkout", "-q", "before");
    suite.back = await suiteOnLive();
  }, 20 * MINUTES);

  test("the rollback takes back both plans, and the catalog is as it was", () => {
    expect([ran["rollback"]?.code, printed("rollback")]).toEqual([0, expect.stringContaining("2 entries")]);
    expect(catalog.moved).not.toEqual(catalog.before);
    // the journal, in a schema of its own, is no part of what is inspected
    expect(catalog.back).toEqual(catalog.before);
  });

  test("the old tests pass again on the database that was rolled back, the same as before", () => {
    expect(failed(suite.before)).toEqual([]);
    expect(failed(suite.back)).toEqual([]);
    expect(passed(suite.back)).toEqual(passed(suite.before));
  });
});
