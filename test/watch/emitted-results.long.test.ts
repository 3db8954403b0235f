import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openServer } from "../../src/db/server.ts";
import { BOOTSTRAP } from "../../src/scratch/bootstrap.ts";
import { vitest } from "../../src/verify/emit/vitest.ts";
import { evidenceOf, readTestResults, type TestEvidence } from "../../src/watch/test-results.ts";
import { folderInside, runToEnd } from "../support/debian-server.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { CLINIC, clinicTests, PLANNED, WEAKENED } from "../verify/emit/clinic.ts";

// The emitted file, run by a vitest of its own on a server: what its JUnit file is worth.

const MODULES = resolve(import.meta.dirname, "../../node_modules");

const folder = folderInside();
let server: TestServer;
let databases = 0;

const urlOf = (database: string): string => server.url.replace(/\/postgres$/, `/${database}`);

async function exec(database: string, sql: string): Promise<void> {
  const db = await openServer(urlOf(database));
  try {
    await db.exec(sql);
  } finally {
    await db.close();
  }
}

async function evidence(sql: string, url: (database: string) => string = urlOf): Promise<TestEvidence> {
  const database = `e${(databases += 1)}`;
  await exec("postgres", `create database ${database} template clinic`);
  await exec(database, sql);
  const results = join(folder, `${database}.xml`);
  const since = new Date().toISOString();
  const args = ["run", "--root", folder, "--config", join(folder, "vitest.config.ts"), "--reporter", "junit"];
  await runToEnd(process.execPath, [join(MODULES, "vitest/vitest.mjs"), ...args, "--outputFile", results], {
    NO_COLOR: "1",
    DATABASE_URL: url(database),
  });
  return evidenceOf(readTestResults(readFileSync(results, "utf8")), { since, bypassing: ["postgres"] });
}

beforeAll(async () => {
  writeFileSync(join(folder, "vitest.config.ts"), "export default {};\n");
  writeFileSync(join(folder, "rls_isolation.test.ts"), vitest(clinicTests));
  server = await startServer(15);
  await exec("postgres", "create database clinic");
  await exec("clinic", BOOTSTRAP);
  await exec("clinic", CLINIC);
});
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true });
});

// two roles, each tried for its privileges, and for row security on two relations
const OF_ROLES = 2 + 2 * 2;

test("a run that passes is accepted, and one that finds a weak policy has failed", async () => {
  expect(await evidence("select")).toEqual({
    kind: "accepted",
    roles: expect.arrayContaining(["anon", "authenticated"]),
    cases: PLANNED - OF_ROLES,
  });
  expect(await evidence(WEAKENED["using true"] ?? "")).toMatchObject({ kind: "failed" });
});

test("a run as roles that row security does not bind, and one without a database, are refused", async () => {
  await exec("postgres", "alter role authenticated bypassrls");
  try {
    expect(await evidence("select")).toEqual({
      kind: "refused",
      because: "privileged persona",
      roles: ["authenticated"],
    });
  } finally {
    await exec("postgres", "alter role authenticated nobypassrls");
  }
  expect((await evidence("select", () => "")).kind).toBe("refused");
});
