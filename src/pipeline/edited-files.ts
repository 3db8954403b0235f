import { chmodSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { messageOf, ToolError } from "../errors.ts";
import type { WorkTree } from "./code-files.ts";

/** A file that changes. */
export interface ChangedFile {
  /** relative to the project */
  path: string;
  before: string;
  /** null: the file goes */
  after: string | null;
  /** true: it may be run; default: no */
  executable?: boolean;
}

/** Throws ToolError (usage) where edits of files could not be told from other changes, or not be taken back. */
export function refuseTree({ hasGit, dirty }: WorkTree, allowDirty: boolean): void {
  if (allowDirty) return;
  if (!hasGit)
    throw new ToolError(
      "usage",
      "NOT_UNDER_GIT",
      "the project is in no git repository, so nothing could take the edits back",
      "leave --write out and apply the patch, or say --allow-dirty",
    );
  if (dirty.length > 0)
    throw new ToolError(
      "usage",
      "DIRTY_TREE",
      `${dirty.length === 1 ? "a file of the project has a change that is" : `${dirty.length} files of the project have changes that are`} not committed`,
      "commit or stash them, or say --allow-dirty",
      { list: dirty.slice(0, 5).map((file) => `  ${file}`) },
    );
}

/** Write each file under a temporary name and rename it: at any time a file is the old or the new one, whole. */
export function writeEdits(files: readonly ChangedFile[], projectDir: string): void {
  const readOnly = files.filter(({ path }) => (statSync(join(projectDir, path)).mode & 0o222) === 0);
  if (readOnly.length > 0)
    throw new ToolError(
      "environment",
      "CANNOT_WRITE",
      `${readOnly.length === 1 ? "a file is" : `${readOnly.length} files are`} read-only; nothing was written`,
      "make them writable, or apply the patch elsewhere",
      { list: readOnly.map(({ path }) => `  ${path}`) },
    );
  const parts: string[] = [];
  try {
    for (const { path, after } of files) {
      if (after === null) continue;
      const file = join(projectDir, path);
      const part = `${file}.${process.pid}.part`;
      parts.push(part);
      writeFileSync(part, after, { flag: "wx" });
      chmodSync(part, statSync(file).mode);
    }
    for (const { path, after } of files)
      if (after === null) rmSync(join(projectDir, path));
      else renameSync(`${join(projectDir, path)}.${process.pid}.part`, join(projectDir, path));
  } catch (error) {
    throw new ToolError(
      "environment",
      "CANNOT_WRITE",
      `the files could not be written: ${messageOf(error)}`,
      "free space, or correct the permissions; every file is whole, and `git status` says which are new",
      { cause: error },
    );
  } finally {
    for (const part of parts) rmSync(part, { force: true });
  }
}
