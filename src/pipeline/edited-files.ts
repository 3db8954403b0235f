import { chmodSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { messageOf, ToolError } from "../errors.ts";
import { projectFiles, type WorkTree } from "./code-files.ts";

/** A file that an edit changes. */
export interface EditedFile {
  /** relative to the project */
  path: string;
  before: string;
  /** null: the file goes */
  after: string | null;
  /** true: the file is not there before; default: it is */
  isNew?: boolean;
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

const PART = /\.(\d+)\.rlsmith-part$/;

/**
 * Write each file under a temporary name and rename it: at any time a file is the old or the new one, whole. They get
 * their names in the order in which they are given. Throws ToolError (environment) if one cannot be written.
 */
export function writeEdits(files: readonly EditedFile[], projectDir: string): void {
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

function refuseReadOnly(files: readonly EditedFile[], projectDir: string): void {
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
