import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { rlsmith, runProgram, type CliResult } from "../support/cli.ts";

// The playbook's last part on the casino, in the order of its page: plan, cleanup --sql, --code and --guards, each
// committed. The walk with --tests, the decisions of a person and the way back is in whole-walk.long.test.ts.

const ROOT = resolve(import.meta.dirname, "../..");
const NAMES = "injectRLSContext|rls-context|set_rls_context|app\\.(casino_id|actor_id|staff_role)";
let dir: string;
const ran: Record<string, CliResult> = {};

const git = (...args: string[]): string =>
  execFileSync("git", ["-C", dir, "-c", "user.name=dev", "-c", "user.email=dev@example.com", ...args], {
    encoding: "utf8",
  });

async function step(name: string, ...args: string[]): Promise<void> {
  ran[name] = await rlsmith(args, { cwd: dir });
  commit(name);
}

function commit(message: string): void {
  git("add", "-A");
  git("commit", "-qm", message);
}

beforeAll(async () => {
  dir = join(mkdtempSync(join(tmpdir(), "rlsmith-walk-")), "casino");
  cpSync(join(ROOT, "examples/casino"), dir, { recursive: true, filter: (path) => !path.includes("node_modules") });
  symlinkSync(join(ROOT, "node_modules"), join(dir, "node_modules"));
  writeFileSync(join(dir, ".gitignore"), "node_modules\n");
  git("init", "-q");
  commit("before");
  await step("plan", "plan", "--no-rehearse");
  await step("sql", "cleanup", "--sql", "--no-rehearse");
  await step("code", "cleanup", "--code", "--write");
  await step("guards", "cleanup", "--guards", "--write");
}, 900_000);
afterAll(() => rmSync(resolve(dir, ".."), { recursive: true, force: true }));

test("each step ends as its page says: 3 where a person has something to decide", () => {
  expect(Object.fromEntries(Object.entries(ran).map(([name, { code }]) => [name, code]))).toEqual({
    plan: 0,
    sql: 0,
    code: 3,
    guards: 3,
  });
});

test("--code takes the calls of the setter, though --sql has dropped it from the folder", () => {
  expect(ran["sql"]?.stdout).toContain("Dropped, last: public.set_rls_context(");
  expect(ran["code"]?.stdout).toContain("set_rls_context");
  expect(git("ls-files", "lib/supabase/rls-context.ts")).toBe("");
});

test("the lines that go are counted by kind", () => {
  const [, application = "", tests = ""] =
    /lines removed: (\d+) of the application, (\d+) of tests, 0 of scripts/.exec(ran["code"]?.stdout ?? "") ?? [];
  expect(Number(application)).toBeGreaterThan(100);
  expect(Number(tests)).toBeGreaterThan(50);
  expect(ran["guards"]?.stdout).toMatch(/10 files written, 4 of them deleted: \d+ lines removed/);
});

test("what still names the variables is history, tests of their path, and what a person decides", () => {
  const left = git("grep", "-lE", NAMES, "--", ".", ":!supabase", ":!docs", ":!.rlsmith", ":!README.md")
    .trim()
    .split("\n");
  expect(left).toEqual([
    // a display without a token: a person decides who it acts as
    "app/api/lobby/[casino]/route.ts",
    // cases of the variable's path, their helper, and cases that look at the settings
    "lib/supabase/__tests__/rls-jwt-claims.integration.test.ts",
    "lib/supabase/__tests__/rls-pooling-safety.integration.test.ts",
    "rlsmith.config.ts",
    "test/support/paths.ts",
    "workers/__tests__/workers.integration.test.ts",
  ]);
  for (const path of left.filter((one) => one !== "rlsmith.config.ts" && !one.endsWith("/paths.ts")))
    expect(ran["code"]?.stdout).toContain(path);
});

test("the application type-checks, and its hooks and workflow are sound", async () => {
  const tsc = await runProgram(
    process.execPath,
    [join(ROOT, "node_modules/typescript/bin/tsc"), "--noEmit", "-p", "."],
    {
      cwd: dir,
      env: { PATH: process.env["PATH"], NO_COLOR: "1" },
    },
  );
  expect([tsc.stdout, tsc.code]).toEqual(["", 0]);
  expect(() => execFileSync("sh", ["-n", join(dir, ".husky/pre-push")])).not.toThrow();
  expect(readFileSync(join(dir, ".github/workflows/ci.yml"), "utf8")).not.toMatch(/rls-context|ADR-015/);
});

test("a second run of each changes nothing", async () => {
  for (const part of ["--code", "--guards"]) {
    const again = await rlsmith(["cleanup", part], { cwd: dir });
    expect([part, again.stdout]).toEqual([part, ""]);
  }
}, 300_000);

test("the way back: git has the old code, and the rollback files have the setter", () => {
  git("checkout", "-q", "HEAD~4", "--", ".");
  expect(git("grep", "-c", "injectRLSContext", "--", "lib/server-actions")).not.toBe("");
  git("checkout", "-q", "HEAD", "--", ".");
  expect(git("grep", "-l", "FUNCTION public.set_rls_context", "--", "supabase/rollbacks")).toContain(
    "rls_cleanup.down.sql",
  );
}, 60_000);
