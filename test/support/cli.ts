import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

export interface CliResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

const JITI = resolve(import.meta.dirname, "../../node_modules/jiti/lib/jiti-cli.mjs");
const MAIN = resolve(import.meta.dirname, "../../src/cli/main.ts");

/** Run the command line as a user would, in a process of its own, without a terminal. */
export async function rlsmith(
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<CliResult> {
  return runProgram(process.execPath, [JITI, MAIN, ...args], {
    cwd: options.cwd ?? process.cwd(),
    env: { ...process.env, NO_COLOR: "1", ...options.env },
  });
}

/** Run a program with this environment only, without a terminal. */
export async function runProgram(
  program: string,
  args: readonly string[],
  options: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<CliResult> {
  const child = spawn(program, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => (stdout += String(chunk)));
  child.stderr.on("data", (chunk) => (stderr += String(chunk)));
  const code = await new Promise<number | null>((done, fail) => {
    child.once("error", fail);
    child.on("close", done);
  });
  return { code, stdout, stderr };
}

/** A temporary project folder with these files. */
export function project(files: Record<string, string>): string {
  const dir = mkdtempSync(join(tmpdir(), "rlsmith-test-"));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
  return dir;
}
