import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { EXIT } from "../../src/cli/exit.ts";
import { asksForJson } from "../../src/cli/json-output.ts";
import { schemaFaults } from "./json-schema.ts";

export interface CliResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

export const JITI = resolve(import.meta.dirname, "../../node_modules/jiti/lib/jiti-cli.mjs");
export const MAIN = resolve(import.meta.dirname, "../../src/cli/main.ts");

/**
 * Run the command line as a user would, in a process of its own, without a terminal. A JSON that it prints is checked
 * against its schema.
 */
export async function rlsmith(
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<CliResult> {
  const result = await runProgram(process.execPath, [JITI, MAIN, ...args], {
    cwd: options.cwd ?? process.cwd(),
    env: { ...process.env, NO_COLOR: "1", ...options.env },
  });
  if (asksForJson(args) && result.code !== null && result.code <= EXIT.bug && !args.includes("--help")) {
    const faults = schemaFaults(result.stdout);
    if (faults.length > 0) throw new Error(`${args.join(" ")}\n${faults.slice(0, 20).join("\n")}`);
  }
  return result;
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
