import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { ToolError } from "../errors.ts";
import { writeAll } from "../write-files.ts";
import { conflictMarkers, linesOf } from "./check.ts";
import { lineAfter, type Line, type NewLine } from "./line.ts";
import { printLines, readLines, type ReadLine } from "./text.ts";

/** The file of a project that holds its evidence, meant to be committed. */
export const evidencePath = (projectDir: string): string => join(projectDir, ".rlsmith", "evidence.jsonl");

/** The lines of a project's file, and the lines of git's conflict markers; none if there is no file. */
export function readEvidence(projectDir: string): { read: ReadLine[]; conflicts: number[] } {
  const path = evidencePath(projectDir);
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  return { read: readLines(text), conflicts: conflictMarkers(text) };
}

/**
 * Append one line. Returns it. Throws ToolError (environment): git has left a conflict in the file, or it cannot be
 * written. Two commands at the same time wait for each other.
 */
export async function appendEvidence(projectDir: string, one: NewLine): Promise<Line> {
  const path = evidencePath(projectDir);
  return locked(path, () => {
    const text = existsSync(path) ? readFileSync(path, "utf8") : "";
    if (conflictMarkers(text).length > 0)
      throw new ToolError(
        "environment",
        "EVIDENCE_CONFLICT",
        "`.rlsmith/evidence.jsonl` has the marks of a conflict of git",
        "merge its lines: rlsmith evidence merge",
      );
    const line = lineAfter(linesOf(readLines(text)), one);
    // what is there stays byte for byte
    const before = text === "" || text.endsWith("\n") ? text : `${text}\n`;
    writeAll([{ path, content: before + printLines([line]), replace: true }], projectDir);
    return line;
  });
}

/** Write the lines of a file anew. Returns its path. Throws ToolError (environment) if it cannot be written. */
export async function writeEvidence(projectDir: string, lines: readonly Line[]): Promise<string> {
  const path = evidencePath(projectDir);
  await locked(path, () => writeAll([{ path, content: printLines(lines), replace: true }], projectDir));
  return path;
}

/** How long another command may hold the file, in milliseconds. One that was killed leaves its lock. */
const LONGEST = 10_000;

async function locked<Result>(path: string, work: () => Result): Promise<Result> {
  mkdirSync(dirname(path), { recursive: true });
  const lock = `${path}.lock`;
  for (;;) {
    try {
      closeSync(openSync(lock, "wx"));
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw cannotWrite(error);
      if (ageOf(lock) > LONGEST) rmSync(lock, { force: true });
      await pause(20);
    }
  }
  try {
    return work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function ageOf(path: string): number {
  try {
    return Date.now() - statSync(path).mtimeMs;
  } catch {
    return 0;
  }
}

const cannotWrite = (cause: unknown): ToolError =>
  new ToolError(
    "environment",
    "CANNOT_WRITE",
    "`.rlsmith/evidence.jsonl` cannot be written",
    "free space, or correct the permissions of the folder",
    { cause },
  );
