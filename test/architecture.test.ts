import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, test } from "vitest";

const SRC = resolve(import.meta.dirname, "../src");

/** What a room of src/ may import besides itself (DESIGN §2). `types` may be imported with `import type` only. */
const MAY_IMPORT: Record<string, { values: string[]; types?: string[] }> = {
  pg: { values: [] },
  codes: { values: [] },
  "errors.ts": { values: [], types: ["codes"] },
  "finding.ts": { values: [], types: ["codes"] },
  "version.ts": { values: [] },
  "layouts.ts": { values: [] },
  "define-config.ts": { values: [], types: ["config.ts"] },
  "progress.ts": { values: [] },
  "config.ts": { values: ["pg", "errors.ts", "layouts.ts"] },
  "catalog-file.ts": { values: ["pg", "errors.ts"] },
  "revision.ts": { values: ["errors.ts"] },
  db: { values: ["pg", "errors.ts"] },
  scratch: { values: ["db", "pg", "errors.ts", "finding.ts", "layouts.ts"] },
  inspect: { values: ["db", "pg", "errors.ts", "finding.ts"] },
  classify: { values: ["pg", "errors.ts", "finding.ts"], types: ["config.ts"] },
  rewrite: { values: ["pg", "errors.ts", "finding.ts", "config.ts"], types: ["classify"] },
  plan: { values: ["pg", "errors.ts", "finding.ts", "layouts.ts"], types: ["rewrite", "classify"] },
  prove: { values: ["db", "pg", "errors.ts"], types: ["plan", "scratch", "config.ts", "progress.ts"] },
  fixtures: { values: ["db", "pg", "errors.ts"] },
  verify: {
    values: ["db", "pg", "fixtures", "errors.ts", "config.ts"],
    types: ["scratch", "classify", "progress.ts", "layouts.ts"],
  },
  claims: { values: ["db", "pg", "classify", "errors.ts", "finding.ts"], types: ["config.ts", "progress.ts"] },
  rehearse: {
    values: ["db", "pg", "fixtures", "errors.ts", "finding.ts"],
    types: ["plan", "scratch", "classify", "progress.ts"],
  },
  apply: { values: ["db", "pg", "errors.ts"], types: ["plan"] },
  report: { values: ["pg", "finding.ts"], types: ["*"] },
  pipeline: { values: ["*"] },
  "demo.ts": { values: ["*"] },
  "index.ts": { values: ["*"] },
  cli: { values: ["*"] },
};

interface Import {
  from: string;
  to: string;
  typeOnly: boolean;
}

const files = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));

const imports: Import[] = files.flatMap((file) => {
  const text = readFileSync(join(SRC, file), "utf8");
  return [...text.matchAll(/^(?:import|export)\s+(type\s)?[^;]*?from\s+"(\.[^"]+)"/gms)].map((match) => ({
    from: file,
    to: relative(SRC, resolve(SRC, dirname(file), match[2] ?? "")),
    typeOnly: match[1] !== undefined,
  }));
});

const roomOf = (file: string): string => file.split("/")[0] ?? file;

test("every room is known", () => {
  expect([...new Set(files.map(roomOf))].filter((room) => !(room in MAY_IMPORT))).toEqual([]);
});

test("imports follow the dependency direction", () => {
  const against = imports.filter(({ from, to, typeOnly }) => {
    const [here, there] = [roomOf(from), roomOf(to)];
    const allowed = MAY_IMPORT[here];
    if (here === there || !allowed) return false;
    const names = [...allowed.values, ...(typeOnly ? (allowed.types ?? []) : [])];
    return !names.includes("*") && !names.includes(there);
  });
  expect(against).toEqual([]);
});

test("nothing imports the command line", () => {
  expect(imports.filter(({ from, to }) => roomOf(to) === "cli" && roomOf(from) !== "cli")).toEqual([]);
});

test("no cycle of values between files", () => {
  const edges = new Map<string, string[]>();
  for (const { from, to, typeOnly } of imports) if (!typeOnly) edges.set(from, [...(edges.get(from) ?? []), to]);
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) return void cycles.push([...path.slice(path.indexOf(file)), file].join(" → "));
    if (done.has(file)) return;
    for (const next of edges.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of edges.keys()) visit(file, []);
  expect(cycles).toEqual([]);
});
