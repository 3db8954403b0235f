import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, posix, relative, sep } from "node:path";
import { promisify } from "node:util";
import type { SourceFile } from "../cleanup/code/index.ts";

const run = promisify(execFile);

const EVIDENCE = ".rlsmith/evidence.jsonl";

/** The working tree that holds a project. */
export interface WorkTree {
  /** the root of the repository, or the project where there is none */
  root: string;
  /** the project, relative to the root; `""` if it is the root */
  project: string;
  hasGit: boolean;
  /** files with changes that are not committed, relative to the root */
  dirty: string[];
  /** every file that is not ignored, relative to the root */
  files: string[];
}

/** The files that belong to the repository of a project, or to the project alone where there is none. */
export async function readWorkTree(projectDir: string): Promise<WorkTree> {
  const git = async (...args: string[]): Promise<string> =>
    (await run("git", ["-C", projectDir, ...args], { maxBuffer: 1 << 28 })).stdout;
  let root: string;
  try {
    // not --show-toplevel, whose links are resolved
    root = join(projectDir, (await git("rev-parse", "--show-cdup")).trim() || ".");
  } catch {
    return { root: projectDir, project: "", hasGit: false, dirty: [], files: walk(projectDir, "") };
  }
  const names = (text: string): string[] => text.split("\0").filter((name) => name !== "");
  const listed = names(await git("ls-files", "-z", "--full-name", "--cached", "--others", "--exclude-standard", ":/"));
  const status = names(await git("status", "--porcelain", "-z", "--untracked-files=all", "--", "."));
  return {
    root,
    project: relative(root, projectDir).split(sep).join("/"),
    hasGit: true,
    // every command appends to the evidence
    dirty: status.map((line) => line.slice(3)).filter((path) => !path.endsWith(EVIDENCE)),
    files: [...new Set(listed)].filter((file) => isFile(join(root, file))).toSorted(),
  };
}

const isFile = (path: string): boolean => existsSync(path) && statSync(path).isFile();

const LEFT_OUT: ReadonlySet<string> = new Set(["node_modules", ".git", "dist", "build", ".next", ".turbo", "coverage"]);

function walk(dir: string, below: string): string[] {
  return readdirSync(join(dir, below), { withFileTypes: true }).flatMap((entry) => {
    const path = posix.join(below, entry.name);
    if (LEFT_OUT.has(entry.name)) return [];
    return entry.isDirectory() ? walk(dir, path) : entry.isFile() ? [path] : [];
  });
}

/** The project's own files of a kind, relative to the project. */
export function projectFiles({ files, project }: WorkTree, pattern: RegExp): string[] {
  const head = project === "" ? "" : `${project}/`;
  return files
    .filter((file) => file.startsWith(head))
    .map((file) => file.slice(head.length))
    .filter((file) => pattern.test(file) && !/(?:^|\/)node_modules\//.test(file));
}

/** Read files of a project as texts. */
export const readTexts = (projectDir: string, paths: readonly string[]): SourceFile[] =>
  paths.map((path) => ({ path, text: readFileSync(join(projectDir, path), "utf8") }));
