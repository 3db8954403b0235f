import { PGlite } from "@electric-sql/pglite";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  export interface ProvidedContext {
    /** an embedded database with the migrations and the seed, as PGlite dumps it; empty if a server is used */
    template: string;
  }
}

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

/** Every file that makes the database, in order. */
export const setUpFiles = (): string[] => [
  read("test/support/platform.sql"),
  ...readdirSync(new URL("../../supabase/migrations", import.meta.url))
    .filter((file) => file.endsWith(".sql"))
    .toSorted()
    .map((file) => read(`supabase/migrations/${file}`)),
  read("supabase/seed.sql"),
];

/** Runs once before the tests: the embedded database is made once, and each test file gets a copy. */
export default async function setUp(project: TestProject): Promise<() => void> {
  if (process.env["CASINO_DATABASE_URL"]) {
    project.provide("template", "");
    return () => undefined;
  }
  const dir = mkdtempSync(join(tmpdir(), "casino-"));
  const engine = new PGlite();
  for (const sql of setUpFiles()) await engine.exec(sql);
  const dump = await engine.dumpDataDir("none");
  await engine.close();
  const path = join(dir, "template.tar");
  writeFileSync(path, Buffer.from(await dump.arrayBuffer()));
  project.provide("template", path);
  return () => rmSync(dir, { recursive: true, force: true });
}
