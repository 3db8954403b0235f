import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { contextNames, parseModule, type Module, type Retired } from "../cleanup/code/index.ts";
import type { ReadProject } from "./cleanup-code.ts";
import type { WorkTree } from "./code-files.ts";

const run = promisify(execFile);

/** Commits that are looked at, the newest first. */
const MOST_COMMITS = 5;
const MOST_FILES = 200;
const CODE = ["*.ts", "*.tsx", "*.mts", "*.cts", "*.js", "*.jsx", "*.mjs", "*.cjs"];

/** A name that is not found in texts by chance. */
const isDistinct = (name: string): boolean => name.length >= 6 && /[a-z][A-Z]|_/.test(name);

/**
 * Functions of the application whose only effect is to set the context: those that there are, and those that there were
 * before a clean-up of the code, as git has it.
 */
export async function contextNamesOf(
  tree: WorkTree,
  projectDir: string,
  { input }: ReadProject,
  retired: Retired,
): Promise<Set<string>> {
  const now = [...contextNames(input, retired)].filter(isDistinct);
  const used = new Set(
    input.modules.flatMap(({ nodes }) => nodes.flatMap((node) => (node.type === "Identifier" ? [node.name] : []))),
  );
  const before: string[] = [];
  for (const texts of tree.hasGit ? await versionsBefore(tree, projectDir, retired) : []) {
    const old = [...texts].flatMap(([path, text]): Module[] => {
      const module = parseModule({ path, text });
      return module ? [module] : [];
    });
    const modules = [...input.modules.filter(({ path }) => !texts.has(path)), ...old];
    before.push(...contextNames({ ...input, modules }, retired));
  }
  return new Set([...now, ...before.filter((name) => isDistinct(name) && !used.has(name))]);
}

/** The files that a change of the code had before it: what is not committed, and commits that took a setter's name out. */
async function versionsBefore(
  { dirty }: WorkTree,
  projectDir: string,
  retired: Retired,
): Promise<Map<string, string>[]> {
  const git = async (...args: string[]): Promise<string> => {
    try {
      return (await run("git", ["-C", projectDir, ...args], { maxBuffer: 1 << 26 })).stdout;
    } catch {
      // a shallow clone, or a repository without a commit
      return "";
    }
  };
  const isCode = (path: string): boolean => CODE.some((pattern) => path.endsWith(pattern.slice(1)));
  const read = async (revision: string, paths: readonly string[]): Promise<Map<string, string>> => {
    const texts = new Map<string, string>();
    for (const path of paths.filter(isCode).slice(0, MOST_FILES)) {
      const text = await git("show", `${revision}:./${path}`);
      if (text !== "") texts.set(path, text);
    }
    return texts;
  };
  const commits = new Set<string>();
  for (const name of [...retired.functions, ...retired.settings.keys()]) {
    const found = await git("log", `-n${MOST_COMMITS}`, "--format=%H", `-S${name}`, "--", ...CODE);
    for (const one of found.split("\n").filter((line) => line !== "")) commits.add(one);
  }
  const versions = [await read("HEAD", dirty)];
  for (const commit of [...commits].slice(0, MOST_COMMITS)) {
    const names = await git(
      "diff-tree",
      "--no-commit-id",
      "--name-only",
      "--diff-filter=MD",
      "-r",
      "--relative",
      "-z",
      commit,
    );
    versions.push(
      await read(
        `${commit}^`,
        names.split("\0").filter((one) => one !== ""),
      ),
    );
  }
  return versions.filter(({ size }) => size > 0);
}
