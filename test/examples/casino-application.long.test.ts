import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { planSource } from "../../src/pipeline/plan.ts";
import { openSource } from "../../src/pipeline/source.ts";
import { silent } from "../../src/progress.ts";
import { compile, failed, outcomes } from "../support/casino-suite.ts";
import { startServer, type TestServer } from "../support/server.ts";

// The application of examples/casino as its own developers check it: the compiler, and the tests on a real database.

const ROOT = resolve(import.meta.dirname, "../..");
const CASINO = join(ROOT, "examples/casino");

/** The rows of the README's table "Tests that need the variables". */
function testsThatNeedTheVariables(): string[] {
  const text = readFileSync(join(CASINO, "README.md"), "utf8");
  const table = text.split("### Tests that need the variables")[1]?.split("\n## ")[0] ?? "";
  return [...table.matchAll(/^\| `([^`]+)` \| (.+?) \| .+ \|$/gm)]
    .map(([, file, name]) => `${file}: ${name}`)
    .toSorted();
}

/** A copy of the application whose migrations end with the planned one. */
async function moved(): Promise<string> {
  const source = await openSource({
    projectDir: CASINO,
    scratch: { kind: "embedded" },
    strict: true,
    progress: silent,
  });
  try {
    if (!source.config) throw new Error("the casino has a config");
    const planned = planSource(source, source.config.config, CASINO, null, new Date());
    const copy = join(mkdtempSync(join(tmpdir(), "rlsmith-casino-")), "casino");
    cpSync(CASINO, copy, { recursive: true, filter: (path) => !path.includes("node_modules") });
    symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
    writeFileSync(join(copy, "supabase/migrations/20991231000000_claims.sql"), planned.migration.up);
    return copy;
  } finally {
    await source.close();
  }
}

test("the application type-checks", async () => {
  const { code, stdout } = await compile(CASINO);
  expect(stdout).toBe("");
  expect(code).toBe(0);
});

describe("its tests", () => {
  let server: TestServer;
  let copy: string;
  beforeAll(async () => {
    server = await startServer(15);
    copy = await moved();
  });
  afterAll(async () => {
    await server.stop();
    rmSync(copy, { recursive: true, force: true });
  });

  test("pass on the embedded database", async () => {
    expect(failed(await outcomes(CASINO))).toEqual([]);
  });

  test("pass on a server", async () => {
    expect(failed(await outcomes(CASINO, { CASINO_DATABASE_URL: server.url }))).toEqual([]);
  });

  test("fail on the migrated database where they need the variables, and nowhere else", async () => {
    const listed = testsThatNeedTheVariables();
    expect(listed.length).toBeGreaterThan(0);
    expect(failed(await outcomes(copy, { CASINO_DATABASE_URL: server.url }))).toEqual(listed);
  });
});

test("every file that the README's table of shapes names is there", () => {
  const text = readFileSync(join(CASINO, "README.md"), "utf8");
  const table = text.split("### What the clean-up has to find")[1]?.split("\n### ")[0] ?? "";
  const paths = [...table.matchAll(/`([\w.[\]-]*\/[\w./[\]-]+\.\w+)`/g)].map(([, path]) => path ?? "");
  expect(paths.length).toBeGreaterThan(20);
  expect(paths.filter((path) => !existsSync(join(CASINO, path)))).toEqual([]);
});
