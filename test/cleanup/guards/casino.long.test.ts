import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { format } from "oxfmt";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cleanUpGuards, type GuardsCleanup } from "../../../src/pipeline/cleanup-guards.ts";
import { inspectCatalog } from "../../../src/pipeline/inspection.ts";
import { planSource } from "../../../src/pipeline/plan.ts";
import { configOf } from "../../../src/pipeline/ready.ts";
import { retiredNames } from "../../../src/pipeline/retired-names.ts";
import { openSource, type Source } from "../../../src/pipeline/source.ts";
import { silent } from "../../../src/progress.ts";

// The guards of examples/casino. What has to be found is in the table "What the clean-up has to find" of its README.

const ROOT = resolve(import.meta.dirname, "../../..");
const MIGRATION = "supabase/migrations/20300101000000_claims.sql";
let dir: string;
let source: Source;
let result: GuardsCleanup;
let again: GuardsCleanup;

const git = (...args: string[]): string =>
  execFileSync("git", ["-C", dir, "-c", "user.name=dev", "-c", "user.email=dev@example.com", ...args], {
    encoding: "utf8",
  });
const read = (path: string): string => readFileSync(join(dir, path), "utf8");

/** What the casino's own guards say of the planned migration, before they go. */
const said: Record<string, number | null> = {};

async function run(write: boolean): Promise<GuardsCleanup> {
  const config = configOf(source);
  const { facts } = inspectCatalog(source.catalog, config);
  const retired = retiredNames(source.catalog, facts, config);
  return cleanUpGuards(source, retired, { projectDir: dir, write, allowDirty: true, progress: silent });
}

beforeAll(async () => {
  dir = join(mkdtempSync(join(tmpdir(), "rlsmith-casino-")), "casino");
  cpSync(join(ROOT, "examples/casino"), dir, { recursive: true, filter: (path) => !path.includes("node_modules") });
  writeFileSync(join(dir, ".gitignore"), "node_modules\n");
  git("init", "-q");
  git("add", "-A");
  git("commit", "-qm", "before");
  source = await openSource({
    projectDir: dir,
    scratch: { kind: "embedded" },
    strict: true,
    bindOwner: true,
    progress: silent,
  });
  const { migration } = planSource(source, configOf(source), dir, null, new Date());
  writeFileSync(join(dir, MIGRATION), migration.up);
  git("add", MIGRATION);
  said["scanner"] = spawnSync("bash", ["scripts/adr015-rls-scanner.sh", MIGRATION], { cwd: dir }).status;
  said["hook"] = spawnSync("bash", [".husky/pre-commit"], { cwd: dir }).status;
  git("rm", "-qf", MIGRATION);
  result = await run(true);
  again = await run(true);
});
afterAll(async () => {
  await source.close();
  rmSync(dir, { recursive: true, force: true });
});

describe("what refuses the migration is named", () => {
  test("as the scanner and the hook do themselves", () => {
    expect(said).toEqual({ scanner: 1, hook: 1 });
    const lines = result.blocking.map(({ path, line }) => `${path}:${line}`);
    // E2, which the planned policies meet, and the hook, which the drop of the setter meets
    expect(lines).toEqual([".husky/pre-commit:11", "scripts/adr015-rls-scanner.sh:33"]);
    expect(result.blocking[1]?.runBy).toEqual([".github/workflows/ci.yml", ".husky/pre-commit", "package.json"]);
  });

  test("and nothing refuses it afterwards", () => {
    expect(again.blocking).toEqual([]);
  });
});

describe("each row of the README's table", () => {
  test.each([
    ".husky/pre-commit",
    "scripts/adr015-rls-scanner.sh",
    "scripts/__tests__/guards.test.ts",
    "eslint-rules/require-rls-context.js",
  ])("%s is deleted", (path) => {
    expect(existsSync(join(dir, path))).toBe(false);
  });

  test("the hook before a push keeps its other command", () => {
    expect(read(".husky/pre-push").split("\n").slice(2)).toEqual([
      "set -euo pipefail",
      'cd "$(git rev-parse --show-toplevel)"',
      "npm run --silent test:rls",
      "",
    ]);
    expect(spawnSync("sh", ["-n", ".husky/pre-push"], { cwd: dir }).status).toBe(0);
  });

  test("the scripts of package.json", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    expect(Object.keys(scripts)).toEqual([
      "dev",
      "build",
      "typecheck",
      "lint",
      "test",
      "test:rls",
      "test:rls:pooling",
      "db:types",
      "prepare",
      "worker",
    ]);
  });

  test("the workflow loses the steps of ADR-015 and SEC-007, and is YAML", async () => {
    const before = git("show", "HEAD:.github/workflows/ci.yml").split("\n");
    expect(read(".github/workflows/ci.yml")).toBe([...before.slice(0, 20), ...before.slice(28)].join("\n"));
    expect((await format("ci.yml", read(".github/workflows/ci.yml"))).errors).toEqual([]);
  });

  test("the configuration of ESLint, which can be loaded, and the comment that disables the rule", async () => {
    const config = (await import(join(dir, "eslint.config.mjs"))) as { default: unknown };
    expect(config.default).toEqual([{ ignores: ["types/**", ".next/**"] }]);
    expect(read("lib/browser/floor-feed.ts")).not.toContain("eslint-disable");
  });

  test("the instructions keep what is still true", () => {
    expect(read(".github/copilot-instructions.md")).toBe(`# Instructions for coding assistants

- Money is in cents. Ledgers are append-only.
- Tests run against a database, \`useCasinoDatabase()\`; each policy is tested by variables and by claims.
`);
  });

  test("the scripts that run the tests of policies are for a person", () => {
    expect(result.left.map(({ path, what, reason }) => [path, what.slice(0, what.indexOf(": ")), reason])).toEqual([
      ["package.json", "test:rls", "runs-tests"],
      ["package.json", "test:rls:pooling", "runs-tests"],
    ]);
  });
});

test("no guard names what is retired", () => {
  const paths = [".husky", ".github", "scripts", "eslint-rules", "eslint.config.mjs", "package.json"];
  const names = "set_rls_context|injectRLSContext|app\\.(casino_id|actor_id|staff_role)|adr015|require-rls-context";
  expect(spawnSync("git", ["-C", dir, "grep", "-nE", names, "--", ...paths], { encoding: "utf8" }).stdout).toBe("");
});

test("a second run changes nothing", () => {
  expect([again.files, again.removed]).toEqual([[], []]);
});

test("nothing else changes", () => {
  expect(
    git("diff", "--name-status", "HEAD")
      .trim()
      .split("\n")
      .map((line) => line.replace("\t", " ")),
  ).toEqual([
    "M .github/copilot-instructions.md",
    "M .github/workflows/ci.yml",
    "D .husky/pre-commit",
    "M .husky/pre-push",
    "D eslint-rules/require-rls-context.js",
    "M eslint.config.mjs",
    "M lib/browser/floor-feed.ts",
    "M package.json",
    "D scripts/__tests__/guards.test.ts",
    "D scripts/adr015-rls-scanner.sh",
  ]);
});
