import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { expect } from "vitest";
import { runProgram, type CliResult } from "./cli.ts";

// The compiler and the tests of examples/casino, or of a copy of it, as its own developers run them.

const MODULES = resolve(import.meta.dirname, "../../node_modules");

/** A result of the suite. */
export interface Outcome {
  file: string;
  test: string;
  passed: boolean;
}

/** The part of vitest's JSON report that is looked at here. */
interface Report {
  testResults: { name: string; assertionResults: { ancestorTitles: string[]; title: string; status: string }[] }[];
}

/** Run a program of the packages in a project. */
const run = async (project: string, program: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<CliResult> =>
  runProgram(process.execPath, [join(MODULES, program), ...args], {
    cwd: project,
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], NO_COLOR: "1", ...env },
  });

/** Compile a project with its own tsconfig.json. */
export const compile = async (project: string): Promise<CliResult> =>
  run(project, "typescript/bin/tsc", ["--noEmit", "-p", "tsconfig.json"]);

/** Run the tests of a project; one that does not pass is no error here. */
export async function outcomes(project: string, env: NodeJS.ProcessEnv = {}): Promise<Outcome[]> {
  const dir = mkdtempSync(join(tmpdir(), "rlsmith-report-"));
  const report = join(dir, "report.json");
  const { stderr } = await run(project, "vitest/vitest.mjs", ["run", "--reporter=json", `--outputFile=${report}`], env);
  const { testResults } = JSON.parse(readFileSync(report, "utf8")) as Report;
  rmSync(dir, { recursive: true });
  expect(testResults.length, stderr).toBeGreaterThan(0);
  return testResults.flatMap(({ name, assertionResults }) => {
    const file = relative(project, name);
    // a file that fails as a whole has no results
    if (assertionResults.length === 0) return [{ file, test: "(the file)", passed: false }];
    return assertionResults.map(({ ancestorTitles, title, status }) => ({
      file,
      test: [...ancestorTitles, title].join(" > "),
      passed: status === "passed",
    }));
  });
}

/** The cases that did not pass. */
export const failed = (all: readonly Outcome[]): string[] => named(all.filter(({ passed }) => !passed));

/** The cases that passed. */
export const passed = (all: readonly Outcome[]): string[] => named(all.filter((one) => one.passed));

const named = (all: readonly Outcome[]): string[] => all.map(({ file, test }) => `${file}: ${test}`).toSorted();
