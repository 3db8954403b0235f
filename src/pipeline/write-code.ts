import { chmodSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import type { FileKind } from "../cleanup/code/index.ts";
import { messageOf, ToolError } from "../errors.ts";
import { projectFiles, type WorkTree } from "./code-files.ts";

/** A file that changes. */
export interface ChangedFile {
  /** relative to the project */
  path: string;
  before: string;
  /** true: the file is not there before */
  isNew: boolean;
  /** what it is for */
  kind: FileKind;
  /** the path that the file gets, or that it had */
  moved: { to: string } | { from: string; text: string } | null;
  /** null: the file goes */
  after: string | null;
}

const PART = /\.(\d+)\.rlsmith-part$/;

/**
 * Write each file under a temporary name and rename it: at any time a file is the old or the new one, whole. They get
 * their names in the order in which they are given. Throws ToolError (environment) if one cannot be written.
 */
export function writeCode(files: readonly ChangedFile[], projectDir: string): void {
  refuseReadOnly(files, projectDir);
  const partOf = (path: string): string => `${join(projectDir, path)}.${process.pid}.rlsmith-part`;
  const parts: string[] = [];
  try {
    for (const { path, after, isNew } of files) {
      if (after === null) continue;
      const file = join(projectDir, path);
      mkdirSync(dirname(file), { recursive: true });
      parts.push(partOf(path));
      writeFileSync(partOf(path), after, { flag: "wx" });
      if (!isNew) chmodSync(partOf(path), statSync(file).mode);
    }
    for (const { path, after } of files)
      if (after === null) rmSync(join(projectDir, path));
      else renameSync(partOf(path), join(projectDir, path));
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

/** Remove the temporary files of runs that were killed. Returns the tree without them. */
export function removeOldParts(tree: WorkTree, projectDir: string): WorkTree {
  const old = projectFiles(tree, PART).filter((path) => !isRunning(Number(PART.exec(path)?.[1])));
  for (const path of old) rmSync(join(projectDir, path), { force: true });
  const gone = new Set(old.map((path) => posix.join(tree.project, path)));
  return { ...tree, files: tree.files.filter((file) => !gone.has(file)) };
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // another user's
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function refuseReadOnly(files: readonly ChangedFile[], projectDir: string): void {
  const readOnly = files.filter(({ path, isNew }) => !isNew && (statSync(join(projectDir, path)).mode & 0o222) === 0);
  if (readOnly.length === 0) return;
  throw new ToolError(
    "environment",
    "CANNOT_WRITE",
    `${readOnly.length === 1 ? "a file is" : `${readOnly.length} files are`} read-only; nothing was written`,
    "make them writable, or apply the patch elsewhere",
    { list: readOnly.map(({ path }) => `  ${path}`) },
  );
}
