import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../..");
/** A file that imports one of these, itself or through another file of test/, starts a database or a process. */
const STARTS =
  /from "(?:pg|vitest\/node|z3-solver|@electric-sql\/pglite|node:child_process|[./]+\/src\/(?:scratch\/open|db\/[\w-]+|pipeline\/[\w-]+|index)\.ts)"/;

/**
 * The test files that need neither a database nor another process, as paths from the project's root: the files of `npm
 * run test:unit`.
 */
export function unitFiles(): string[] {
  const starts = new Map<string, boolean>();
  const needs = (file: string): boolean => {
    const known = starts.get(file);
    if (known !== undefined) return known;
    starts.set(file, false);
    const text = readFileSync(file, "utf8").replaceAll(/^import type .*$/gm, "");
    const own = [...text.matchAll(/from "(\.[^"]+\.ts)"/g)]
      .map((match) => resolve(dirname(file), match[1] ?? ""))
      .filter((path) => path.startsWith(join(ROOT, "test")));
    const found = STARTS.test(text) || own.some((path) => needs(path));
    starts.set(file, found);
    return found;
  };
  return readdirSync(join(ROOT, "test"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.ts") && !name.endsWith(".long.test.ts") && !name.startsWith("faults"))
    .map((name) => join(ROOT, "test", name))
    .filter((file) => !needs(file))
    .map((file) => relative(ROOT, file));
}
