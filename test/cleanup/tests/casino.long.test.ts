import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { CleanupTestsJson } from "../../../src/report/json-outputs.ts";
import { JITI, MAIN, runProgram } from "../../support/cli.ts";
import { cleanupTestsJson, committed, git } from "./project.ts";

// The application of examples/casino, with the emitted isolation tests beside its own. What is expected is in the tables
// of its README. One weakened policy keeps it short: the suite runs five times.

const ROOT = resolve(import.meta.dirname, "../../..");
const MINUTES = 60_000;
const README = readFileSync(join(ROOT, "examples/casino/README.md"), "utf8");
let dir: string;
let code: number | null;
let json: CleanupTestsJson;

/** The tests that need the variables, by what they need. */
function needing(what: RegExp): string[] {
  const table = README.split("### Tests that need the variables")[1]?.split("\n## ")[0] ?? "";
  return [...table.matchAll(/^\| `([^`]+)` \| (.+?) \| (.+) \|$/gm)]
    .filter(([, , , need]) => what.test(need ?? ""))
    .map(([, file, name]) => `${file}: ${name}`)
    .toSorted();
}

beforeAll(async () => {
  dir = join(mkdtempSync(join(tmpdir(), "rlsmith-casino-")), "casino");
  cpSync(join(ROOT, "examples/casino"), dir, { recursive: true, filter: (path) => !path.includes("node_modules") });
  writeFileSync(join(dir, ".gitignore"), "node_modules\n");
  const env = { PATH: process.env["PATH"], HOME: process.env["HOME"] };
  await runProgram(process.execPath, [JITI, MAIN, "verify", dir, "--emit", "pgtap"], { cwd: dir, env });
  committed(dir);
  ({ code, json } = await cleanupTestsJson(dir, "--mutants", "1"));
  writeFileSync(join(dir, "../tests.patch"), json.patch);
  git(dir, "apply", join(dir, "../tests.patch"));
}, 60 * MINUTES);
afterAll(() => rmSync(resolve(dir, ".."), { recursive: true, force: true }));

test("before the clean-up the tests fail that need the variables, and no other", () => {
  expect(json.suite).toMatchObject({
    kind: "run",
    before: { failed: 0 },
    after: { failed: needing(/./).length },
    weakened: 1,
  });
});

test("the cases of the variable's path go; of what fails, only the drivers are left, and a person decides", () => {
  expect(json.failing.map(({ path, name }) => `${path}: ${name}`).toSorted()).toEqual(needing(/^driver/));
  expect(json.failing.map(({ line, onOld }) => [line === null, onOld])).toEqual(
    needing(/^driver/).map(() => [false, "passed"]),
  );
  expect(json.kept.map(({ name, because }) => [name, because])).toEqual([
    // it expects that the context was set, and that the handler ran
    ["withRLS > injects the context before the handler runs", "mixed"],
    ["withServerAction > a failed injection has a code of its own, and the handler does not run", "order-of-calls"],
    // it also expects that the role does not stay on the connection
    ["the shift report > leaves nothing on the connection", "mixed"],
  ]);
  expect(code).toBe(3);
});

test("each part that goes has a cover for every relation that it reads", () => {
  const covers = new Map(json.removed.map(({ name, covers: own }) => [name, own]));
  expect(covers.get("a cashier sees redemptions only")).toEqual([
    { relation: "public.loyalty_ledger", by: "emitted", what: ["supabase/tests/database/rls_isolation.test.sql"] },
  ]);
  const paths = covers.get('["session variables", withVariables]') ?? [];
  expect(paths.map(({ relation }) => relation)).toEqual(["public.game_settings", "public.staff", "public.visit"]);
});

test("the cases by claims stay, and nothing uses the helper of the variable any more", () => {
  const jwt = readFileSync(join(dir, "lib/supabase/__tests__/rls-jwt-claims.integration.test.ts"), "utf8");
  expect(jwt).toContain('["JWT claims", withClaims]');
  expect(jwt).toContain("the claims alone are enough to read");
  const enforcement = readFileSync(
    join(dir, "lib/supabase/__tests__/rls-policy-enforcement.integration.test.ts"),
    "utf8",
  );
  expect(enforcement).toContain("a token alone does not insert an MTL entry");
  expect(enforcement).toContain("const byClaims = await withClaims(ADMIN_1");
  const left = git(dir, "ls-files", "-co", "--exclude-standard")
    .split("\n")
    .filter((path) => path.endsWith(".ts"));
  expect(left.filter((path) => readFileSync(join(dir, path), "utf8").includes("withVariables"))).toEqual([]);
});

test("tests that prove nothing are named, and stay", () => {
  expect(json.idle.map(({ name, reason }) => [name, reason])).toEqual([
    ["tenant isolation end to end > two clients see different rows", "service-role"],
    ["against the staging project > a fresh login has all three claims", "needs-environment"],
    ["against the staging project > an old login was refreshed", "needs-environment"],
    ["as the service role > cross-casino access is blocked", "service-role"],
    ["through the pooler > a hundred requests on twenty connections", "needs-environment"],
  ]);
  expect(git(dir, "grep", "-c", "cross-casino access is blocked")).not.toBe("");
});

test("the compiler accepts what is left", () => {
  expect(json.judge).toMatchObject({ errorsBefore: 0, errorsAfter: 0 });
});
