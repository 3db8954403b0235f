import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

/** A call of `pgPolicy` in a schema file of Drizzle. */
export interface DrizzlePolicy {
  /** relative to the project */
  file: string;
  line: number;
  name: string;
  /** the name of the table of the call before it, or that `.link(…)` may belong to; null: not known */
  table: string | null;
}

const SKIPPED: ReadonlySet<string> = new Set(["node_modules", "dist", "build", "out", "coverage"]);
/** `pgPolicy("name", …)`, `pgTable("name", …)`, `pgTable.withRLS("name", …)`, `schema.table("name", …)` */
const CALL = /\b(?:(pgPolicy)|pgTable(?:\.withRLS)?|\w+\.table)\s*\(\s*(["'`])((?:\\.|(?!\2)[^\\])*)\2/g;

/**
 * The calls of `pgPolicy` with a constant name in the TypeScript and JavaScript files of a project; null if no file
 * makes policies, neither so nor with Neon's `crudPolicy`.
 */
export function drizzlePolicies(dir: string): DrizzlePolicy[] | null {
  const files = sourceFiles(dir)
    .map((path) => ({ path, text: readFileSync(path, "utf8") }))
    .filter(({ text }) => /\b(?:pg|crud)Policy\b/.test(text));
  if (files.length === 0) return null;
  return files.flatMap(({ path, text }) => {
    let table: string | null = null;
    return [...text.matchAll(CALL)].flatMap((call): DrizzlePolicy[] => {
      const name = (call[3] ?? "").replaceAll(/\\(.)/g, "$1");
      if (call[1] === undefined) {
        table = name;
        return [];
      }
      const line = text.slice(0, call.index).split("\n").length;
      // a policy that is linked to a table of another file stands behind any table
      const isLinked = /^[^;]*\)\s*\.link\s*\(/.test(text.slice(call.index));
      return [{ file: relative(dir, path), line, name, table: isLinked ? null : table }];
    });
  });
}

const sourceFiles = (dir: string): string[] =>
  readdirSync(dir, { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(dir, entry.name);
      if (entry.isDirectory()) return SKIPPED.has(entry.name) || entry.name.startsWith(".") ? [] : sourceFiles(path);
      return entry.isFile() && /\.[cm]?[jt]sx?$/.test(entry.name) && !entry.name.endsWith(".d.ts") ? [path] : [];
    });
