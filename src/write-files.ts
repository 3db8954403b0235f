import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, relative } from "node:path";
import { ToolError, messageOf } from "./errors.ts";

/** One file to write; `replace` if it may already exist. */
export interface OutputFile {
  path: string;
  content: string;
  replace?: boolean;
}

/**
 * Write all files or none: each is written under a temporary name first, and renamed once all of them are on disk.
 * Throws ToolError (usage) if a file already exists, (environment) if a file cannot be written.
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
      "free space, or correct the permissions of the folder; no file was left behind",
      { cause: error },
    );
  }
}

// `force` ignores a missing file, but not a parent in the path that is not a folder.
function removeIfThere(path: string): void {
  if (existsSync(path)) rmSync(path);
}
