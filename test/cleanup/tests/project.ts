import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { JITI, MAIN, runProgram, type CliResult } from "../../support/cli.ts";
import { schemaFaults } from "../../support/json-schema.ts";
import type { CleanupTestsJson } from "../../../src/report/json-outputs.ts";

const MODULES = resolve(import.meta.dirname, "../../../node_modules");

/** Run git in a project. */
export const git = (dir: string, ...args: string[]): string =>
  execFileSync("git", ["-C", dir, "-c", "user.name=dev", "-c", "user.email=dev@example.com", ...args], {
    encoding: "utf8",
  });

/** A project of these files in a folder of its own, committed. */
export function projectOf(files: Readonly<Record<string, string>>): string {
  const dir = join(mkdtempSync(join(tmpdir(), "rlsmith-tests-")), "project");
  for (const [path, text] of Object.entries({ ".gitignore": "node_modules\n", ...files })) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  committed(dir);
  return dir;
}

/** Put a folder under git, with the packages of this repository. */
export function committed(dir: string): void {
  symlinkSync(MODULES, join(dir, "node_modules"), "dir");
  git(dir, "init", "-q");
  git(dir, "add", "-A");
  git(dir, "commit", "-qm", "before");
}

/** Run `rlsmith cleanup --tests`, without the environment of the test runner: the project's suite runs in one too. */
export const cleanupTests = async (dir: string, ...args: string[]): Promise<CliResult> =>
  runProgram(process.execPath, [JITI, MAIN, "cleanup", dir, "--tests", ...args], {
    cwd: dir,
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], NO_COLOR: "1" },
  });

/** The same as JSON, which is checked against its schema. */
export async function cleanupTestsJson(
  dir: string,
  ...args: string[]
): Promise<{ code: number | null; json: CleanupTestsJson }> {
  const { code, stdout, stderr } = await cleanupTests(dir, "--format", "json", ...args);
  const faults = schemaFaults(stdout);
  if (faults.length > 0) throw new Error(`${faults.join("\n")}\n${stderr}`);
  return { code, json: JSON.parse(stdout) as CleanupTestsJson };
}
