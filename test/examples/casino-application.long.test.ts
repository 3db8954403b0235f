import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runProgram, type CliResult } from "../support/cli.ts";
import { startServer, type TestServer } from "../support/server.ts";

// The application of examples/casino as its own team checks it: the compiler, and the tests on a real database.

const ROOT = resolve(import.meta.dirname, "../..");
const CASINO = resolve(ROOT, "examples/casino");

const run = async (program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CliResult> =>
  runProgram(process.execPath, [resolve(ROOT, "node_modules", program), ...args], {
    cwd: CASINO,
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], NO_COLOR: "1", ...env },
  });

/** The part of vitest's JSON report that is looked at here. */
interface Report {
  numTotalTests: number;
  numPassedTests: number;
  testResults: { name: string; status: string }[];
}

async function tests(env: NodeJS.ProcessEnv = {}): Promise<Report> {
  const { code, stdout, stderr } = await run("vitest/vitest.mjs", ["run", "--reporter=json"], env);
  expect(code, stderr + stdout).toBe(0);
  return JSON.parse(stdout.slice(stdout.indexOf('{"numTotalTestSuites"'))) as Report;
}

test("the application type-checks", async () => {
  const { code, stdout } = await run("typescript/bin/tsc", ["--noEmit", "-p", "tsconfig.json"]);
  expect(stdout).toBe("");
  expect(code).toBe(0);
});

describe("its tests pass", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(15);
  });
  afterAll(async () => server.stop());

  test("on the embedded database", async () => {
    const report = await tests();
    expect(report.numPassedTests).toBe(report.numTotalTests);
    expect(report.numTotalTests).toBeGreaterThan(0);
  });

  test("on a server", async () => {
    const report = await tests({ CASINO_DATABASE_URL: server.url });
    expect(report.numPassedTests).toBe(report.numTotalTests);
  });
});
