import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { planSource } from "../../../src/pipeline/plan.ts";
import { openSource } from "../../../src/pipeline/source.ts";
import { silent } from "../../../src/progress.ts";
import { rlsmith, runProgram, type CliResult } from "../../support/cli.ts";
import type { CleanupCodeJson, CleanupJson } from "../../../src/report/json-outputs.ts";

// The application of examples/casino. What is expected is in the table "What the clean-up has to find" of its README.

const ROOT = resolve(import.meta.dirname, "../../..");
let dir: string;
let result: CliResult;
let json: CleanupCodeJson;

const git = (...args: string[]): string =>
  execFileSync("git", ["-C", dir, "-c", "user.name=dev", "-c", "user.email=dev@example.com", ...args], {
    encoding: "utf8",
  });
const read = (path: string): string => readFileSync(join(dir, path), "utf8");
const tool = async (program: string, ...args: string[]): Promise<CliResult> =>
  runProgram(process.execPath, [join(ROOT, "node_modules", program), ...args], {
    cwd: dir,
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], NO_COLOR: "1" },
  });

const codeOf = ({ stdout }: CliResult): CleanupCodeJson => {
  const { code } = JSON.parse(stdout) as CleanupJson;
  if (!code) throw new Error("the result has no code");
  return code;
};

beforeAll(async () => {
  dir = join(mkdtempSync(join(tmpdir(), "rlsmith-casino-")), "casino");
  cpSync(join(ROOT, "examples/casino"), dir, { recursive: true, filter: (path) => !path.includes("node_modules") });
  symlinkSync(join(ROOT, "node_modules"), join(dir, "node_modules"));
  writeFileSync(join(dir, ".gitignore"), "node_modules\n");
  git("init", "-q");
  git("add", "-A");
  git("commit", "-qm", "before");
  result = await rlsmith(["cleanup", dir, "--code", "--format", "json"]);
  json = codeOf(result);
  writeFileSync(join(dir, "../clean.patch"), json.patch);
  git("apply", join(dir, "../clean.patch"));
});
afterAll(() => rmSync(resolve(dir, ".."), { recursive: true, force: true }));

test("the patch is one, nothing was written before, and something is left to a person", () => {
  expect(result.code).toBe(3);
  expect(json.written).toBe(false);
  expect(json.judge).toMatchObject({ errorsBefore: 0, errorsAfter: 0, unchecked: [] });
});

test("the application type-checks", async () => {
  const { code, stdout } = await tool("typescript/bin/tsc", "--noEmit", "-p", "tsconfig.json");
  expect([stdout, code]).toEqual(["", 0]);
});

/** The tests of the application that fail, as `file: name`. */
async function failedTests(): Promise<string[]> {
  const { stdout } = await tool("vitest/vitest.mjs", "run", "--reporter=json");
  const report = JSON.parse(stdout.slice(stdout.indexOf("{"))) as {
    testResults: { name: string; assertionResults: { fullName: string; status: string }[] }[];
  };
  return report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === "failed")
      .map(({ fullName }) => `${name.slice(dir.length + 1)}: ${fullName}`),
  );
}

test("its tests pass that need no session variable", async () => {
  const failed = await failedTests();
  // they look at the text and the order of the SQL that the clean-up changes; each is on the list for a person
  expect(failed).toEqual([
    "workers/__tests__/loyalty-outbox-worker.test.ts: drainLoyaltyOutbox sets the context before it reads",
  ]);
  expect(json.decisions.map(({ path }) => path)).toContain("workers/__tests__/loyalty-outbox-worker.test.ts");
});

describe("each row of the README's table", () => {
  const shapesOf = (path: string): string[] => [
    ...new Set(json.changes.filter((one) => one.path === path).map(({ shape }) => shape)),
  ];

  test.each([
    ["lib/server-actions/middleware/withServerAction.ts", "try-around-call"],
    ["lib/server-actions/middleware/rls.ts", "awaited-statement"],
    ["services/tenant-scope.ts", "awaited-statement"],
    ["services/floor-service.ts", "then-body"],
    ["app/actions/operations.ts", "result-used"],
    ["app/actions/operations.ts", "promise-all-element"],
    ["lib/server-actions/middleware/types.ts", "dead-error-code"],
    ["lib/browser/floor-feed.ts", "awaited-statement"],
    ["lib/browser/floor-feed.ts", "then-body"],
    ["lib/browser/visit-search.ts", "unawaited-statement"],
    ["components/lobby-tile.tsx", "error-check"],
    ["components/lobby-tile.tsx", "effect-dependencies"],
    ["jobs/close-stale-visits.ts", "awaited-statement"],
    ["lib/db/tenant-transaction.ts", "claims-in-transaction"],
    ["workers/loyalty-outbox-worker.ts", "claims-in-transaction"],
    ["workers/table-status-poller.ts", "dead-local-setting"],
    ["types/database.types.ts", "generated-type-key"],
    ["lib/server-actions/middleware/__tests__/rls.test.ts", "mock-of-call"],
    ["lib/server-actions/middleware/__tests__/withServerAction.test.ts", "mock-of-call"],
    ["lib/supabase/__tests__/rls-context.test.ts", "test-of-call"],
    ["lib/supabase/rls-context.ts", "moved-module"],
    ["lib/supabase/rls-context.ts", "stale-comment"],
  ])("%s: %s", (path, shape) => {
    expect(shapesOf(path)).toContain(shape);
  });

  test.each([
    ["app/api/lobby/[casino]/route.ts", "driver-without-token"],
    ["lib/db/tenant-transaction.ts", "claims-made-by-hand"],
    ["workers/loyalty-outbox-worker.ts", "claims-made-by-hand"],
    ["test/support/paths.ts", "driver-in-test"],
    ["eslint-rules/require-rls-context.js", "named-in-code"],
  ])("%s is left to a person: %s", (path, reason) => {
    expect(json.decisions).toContainEqual(expect.objectContaining({ path, reason }));
  });

  test("all three cases of the mocks that look at SQL are left to a person", () => {
    const lines = json.decisions
      .filter(({ path }) => path === "workers/__tests__/loyalty-outbox-worker.test.ts")
      .map(({ line }) => line);
    expect(lines).toEqual([22, 39, 47]);
  });

  test.each([
    "lib/db/user-transaction.ts",
    "lib/db/transaction.ts",
    "lib/db/tracing.ts",
    "lib/server-actions/middleware/correlation.ts",
    "lib/server-actions/middleware/audit.ts",
    "lib/server-actions/middleware/index.ts",
    "services/loyalty-service.ts",
    "services/player-service.ts",
    "app/api/lobby/[casino]/route.ts",
  ])("%s is not touched", (path) => {
    expect(shapesOf(path)).toEqual([]);
    expect(git("diff", "--stat", "--", path)).toBe("");
  });

  test("what others need of rls-context.ts is in a file that is named after it, and its tests too", () => {
    const exported = [...read("lib/supabase/auth-context.ts").matchAll(/^export (?:async )?(?:\w+) (\w+)/gm)];
    expect(exported.map(([, name]) => name)).toEqual([
      "RLSContext",
      "AuthContext",
      "RLSContextError",
      "getAuthContext",
      "assertRLSContext",
      "assertRole",
      "actorArguments",
    ]);
    expect(existsSync(join(dir, "lib/supabase/rls-context.ts"))).toBe(false);
    expect(existsSync(join(dir, "lib/supabase/__tests__/rls-context.test.ts"))).toBe(false);
    expect(read("lib/supabase/__tests__/auth-context.test.ts")).toContain('describe("assertRLSContext"');
    // an import leads to it, and nothing else changes
    const changed = git("diff", "-U0", "--", "lib/server-actions/middleware/defineAction.ts")
      .split("\n")
      .filter((line) => /^[+-](?![+-])/.test(line));
    expect(changed).toEqual([
      '-import { assertRLSContext } from "@/lib/supabase/rls-context";',
      '+import { assertRLSContext } from "@/lib/supabase/auth-context";',
    ]);
  });

  test("the preconditions survive", () => {
    expect(read("lib/server-actions/middleware/rls.ts")).toContain('context.auth.status !== "active"');
    expect(read("lib/server-actions/middleware/withServerAction.ts")).toContain('auth.status !== "active"');
    expect(read("lib/server-actions/middleware/defineAction.ts")).toContain("middlewares.push(withRLS());");
  });
});

test("on the migrated database the workers pass again, and what fails is the variable's path and the display", async () => {
  const source = await openSource({ projectDir: dir, scratch: { kind: "embedded" }, strict: true, progress: silent });
  const file = join(dir, "supabase/migrations/20991231000000_claims.sql");
  try {
    if (!source.config) throw new Error("the casino has a config");
    writeFileSync(file, planSource(source, source.config.config, dir, null, new Date()).migration.up);
  } finally {
    await source.close();
  }
  const failed = await failedTests();
  rmSync(file);
  // the README's table says of these that they have to pass again when the worker sets claims
  expect(failed.filter((name) => name.startsWith("workers/__tests__/workers.integration"))).toEqual([]);
  expect(failed.filter((name) => name.startsWith("app/api"))).toHaveLength(1);
  const others = failed.filter((name) => !/^lib\/supabase\/__tests__\/.*\.integration|^app\/api/.test(name));
  expect(others.map((name) => name.split(":")[0])).toEqual(["workers/__tests__/loyalty-outbox-worker.test.ts"]);
});

test("what is left of the names is listed, or a part of what --tests and --guards clean up", () => {
  git("add", "-A");
  // the config says what becomes of them
  const names = "injectRLSContext|rls-context|set_rls_context|app\\.(casino_id|actor_id|staff_role)";
  const left = git("grep", "-nE", names, "--", "*.ts", "*.tsx", "*.js", "*.mjs", "scripts", ":!rlsmith.config.ts")
    .trim()
    .split("\n")
    .map((line) => line.split(":").slice(0, 2).join(":"));
  const isTest = (place: string): boolean => /__tests__|^test\//.test(place);
  const isGuard = (place: string): boolean => /^eslint|^scripts\//.test(place);
  const listed = new Set([...json.decisions, ...json.mentions].map(({ path, line }) => `${path}:${line}`));
  expect(left.filter((place) => !isTest(place) && !isGuard(place) && !listed.has(place))).toEqual([
    // the comment that disables a lint rule: it goes with the rule
    "lib/browser/floor-feed.ts:11",
  ]);
  // the display has no token: a person
  expect(left.filter((place) => !isTest(place) && !isGuard(place))).toContain("app/api/lobby/[casino]/route.ts:13");
  const paths = new Set([...listed].map((place) => place.split(":")[0]));
  expect(left.filter((place) => isTest(place) && !paths.has(place.split(":")[0]))).toEqual([]);
});

test("a second run changes nothing", async () => {
  const again = codeOf(await rlsmith(["cleanup", dir, "--code", "--format", "json"]));
  expect([again.patch, again.changes]).toEqual(["", []]);
});
