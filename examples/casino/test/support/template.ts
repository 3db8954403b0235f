import { PGlite } from "@electric-sql/pglite";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { databaseUrl, onServer } from "./server";

declare module "vitest" {
  export interface ProvidedContext {
    /** what each test file gets a copy of: a file that PGlite has dumped, or the name of a database on the server */
    template: string;
  }
}

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

/** Everything that makes the database, in order. */
const setUpFiles = (): string[] => [
  read("test/support/platform.sql"),
  ...readdirSync(new URL("../../supabase/migrations", import.meta.url))
    .filter((file) => file.endsWith(".sql"))
    .toSorted()
    .map((file) => read(`supabase/migrations/${file}`)),
  read("supabase/seed.sql"),
];

/** Runs once before the tests: the database is made once, and each test file gets a copy. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const server = process.env["CASINO_DATABASE_URL"];
  const { template, remove } = await (server ? serverTemplate(server) : embeddedTemplate());
  project.provide("template", template);
  return remove;
}

interface Template {
  template: string;
  remove: () => Promise<void>;
}

async function embeddedTemplate(): Promise<Template> {
  const dir = mkdtempSync(join(tmpdir(), "casino-"));
  const engine = new PGlite();
  for (const sql of setUpFiles()) await engine.exec(sql);
  const dump = await engine.dumpDataDir("none");
  await engine.close();
  const template = join(dir, "template.tar");
  writeFileSync(template, Buffer.from(await dump.arrayBuffer()));
  return { template, remove: async () => rmSync(dir, { recursive: true, force: true }) };
}

async function serverTemplate(server: string): Promise<Template> {
  // a database that was made before, with another state of the policies
  const made = process.env["CASINO_TEMPLATE_DATABASE"];
  if (made) return { template: made, remove: async () => undefined };

  const template = `casino_template_${randomBytes(6).toString("hex")}`;
  await onServer(server, [`create database ${template}`]);
  await onServer(databaseUrl(server, template), setUpFiles());
  return { template, remove: async () => onServer(server, [`drop database ${template}`]) };
}
