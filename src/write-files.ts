import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, relative } from "node:path";
import { ToolError, messageOf } from "./errors.ts";

/** One file to write; `replace` for one that may be there already. */
export interface OutputFile {
  path: string;
  content: string;
  replace?: boolean;
}

/**
 * Write all files or none: each goes to a temporary name first, and takes its place when all are on disk.
 * Throws ToolError: usage where a file is there already, environment where the disk refuses.
 */
export function writeAll(files: readonly OutputFile[], projectDir: string): void {
  for (const file of files)
    if (!file.replace && existsSync(file.path))
      throw new ToolError(
        "usage",
        "OUTPUT_EXISTS",
        `\`${relative(projectDir, file.path)}\` exists already`,
        "move it away, or write elsewhere with --out",
      );
  const temporary = files.map((file) => ({ ...file, part: `${file.path}.${process.pid}.part` }));
  const placed: string[] = [];
  try {
    for (const file of temporary) {
      mkdirSync(dirname(file.path), { recursive: true });
      writeFileSync(file.part, file.content, { flag: "wx" });
    }
    for (const file of temporary) {
      renameSync(file.part, file.path);
      if (!file.replace) placed.push(file.path);
    }
  } catch (error) {
    for (const path of [...temporary.map((file) => file.part), ...placed]) removeIfThere(path);
    throw new ToolError(
      "environment",
      "CANNOT_WRITE",
      `the files could not be written: ${messageOf(error)}`,
      "make room or mend the rights of the folder; no file was left behind",
      { cause: error },
    );
  }
}

// `force` passes over a file that is missing, but not over a folder on the way that is none
function removeIfThere(path: string): void {
  if (existsSync(path)) rmSync(path);
}
