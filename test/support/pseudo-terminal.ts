import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { JITI, MAIN, runProgram } from "./cli.ts";

const SCRIPT = resolve(import.meta.dirname, "pseudo-terminal.py");

/** What a prompt reads for a key. */
export const KEY = { enter: "\r", down: "\u001B[B", escape: "\u001B" } as const;

/** A part of a question, and the keys that answer it. */
export type Step = readonly [shown: string, keys: readonly string[]];

/** False on a machine without Python, whose standard library has the pseudo-terminals that Node's lacks. */
export const hasPseudoTerminals = (): boolean => spawnSync("python3", ["--version"]).status === 0;

/**
 * Run the command line on a terminal and answer its questions, in their order. Returns its exit code, 99 if a question
 * did not come, and all that was shown, without the sequences that move the cursor.
 */
export async function onTerminal(
  args: readonly string[],
  { columns = 100, steps = [] }: { columns?: number; steps?: readonly Step[] } = {},
): Promise<{ code: number | null; shown: string }> {
  const { code, stdout, stderr } = await runProgram(
    "python3",
    [SCRIPT, String(columns), JSON.stringify(steps), process.execPath, JITI, MAIN, ...args],
    // the prompts print no spinner and no colour that would differ from machine to machine
    { cwd: process.cwd(), env: { ...process.env, NO_COLOR: "1", TERM: "xterm", CI: "" } },
  );
  return { code, shown: stripVTControlCharacters(`${stdout}${stderr}`).replaceAll("\r", "") };
}
