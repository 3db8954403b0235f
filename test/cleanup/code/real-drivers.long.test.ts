import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { CleanupCodeJson, CleanupJson } from "../../../src/report/json-outputs.ts";
import { BOOTSTRAP } from "../../../src/scratch/bootstrap.ts";
import { rlsmith, runProgram, type CliResult } from "../../support/cli.ts";
import { startServer, type TestServer } from "../../support/server.ts";
import type { Result } from "./real-drivers/src/main.ts";

// A small application, written once for each driver, works for two tenants on a PostgreSQL with row security: first with
// the session variable, then after `rlsmith plan` and `rlsmith cleanup --code`, on the migrated database. Its drivers are
// the real ones. What each tenant may see follows from the rows of the first migration.

const ROOT = resolve(import.meta.dirname, "../../..");
const DRIVERS = ["pg", "drizzle", "drizzle-postgres-js", "kysely", "knex", "postgres-js", "prisma"] as const;
const MIGRATIONS = "supabase/migrations";

const TSCONFIG = {
  compilerOptions: {
    target: "es2023",
    module: "nodenext",
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    noUnusedLocals: true,
    noUnusedParameters: true,
    verbatimModuleSyntax: true,
    erasableSyntaxOnly: true,
    skipLibCheck: true,
    types: ["node"],
    rootDir: "src",
  },
  include: ["src"],
};

const CONFIG = `import { defineConfig } from "rlsmith";

export default defineConfig({
  migrations: { folder: "${MIGRATIONS}", layout: "supabase" },
  claims: "auth.jwt()",
  context: { "app.tenant_id": { claim: "app_metadata.tenant_id", type: "uuid" } },
});
`;

const TOKEN_TEST = `import assert from "node:assert/strict";
import { test } from "node:test";
import { verifyToken } from "./token.js";

test("a token with a wrong signature is refused", async () => {
  await assert.rejects(verifyToken("e30.e30"));
});
`;

/** The login of the application: bound by row security, and allowed to take the roles of the API. */
const LOGIN = `
create role app_login login noinherit password 'app-pw';
grant anon, authenticated to app_login;
grant usage on schema auth to app_login;
grant select on public.bill to app_login;
`;

let server: TestServer;
let admin: pg.Client;
let dir: string;
let cleanup: CliResult;
let code: CleanupCodeJson;
const before = new Map<string, Result>();
const after = new Map<string, Result>();

const git = (...args: string[]): string =>
  execFileSync("git", ["-C", dir, "-c", "user.name=dev", "-c", "user.email=dev@example.com", ...args], {
    encoding: "utf8",
  });
const commit = (message: string): void => {
  git("add", "-A");
  git("commit", "-qm", message);
};
const migrations = (): string[] => readdirSync(join(dir, MIGRATIONS)).toSorted();
const sqlOf = (file: string): string => readFileSync(join(dir, MIGRATIONS, file), "utf8");

async function build(to: string): Promise<void> {
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
  const { code: exit, stdout } = await runProgram(process.execPath, [tsc, "-p", ".", "--outDir", to], {
    cwd: dir,
    env: { PATH: process.env["PATH"] },
  });
  expect([stdout, exit]).toEqual(["", 0]);
}

async function runDriver(driver: string, built: string, poolSize: number): Promise<Result> {
  const url = new URL(server.url);
  [url.username, url.password] = ["app_login", "app-pw"];
  const { stdout, stderr } = await runProgram(process.execPath, [join(dir, built, "main.js"), driver], {
    cwd: dir,
    env: { PATH: process.env["PATH"], DATABASE_URL: url.toString(), POOL_SIZE: String(poolSize) },
  });
  if (stdout === "") throw new Error(`${driver}: ${stderr}`);
  return JSON.parse(stdout) as Result;
}

async function runAll(built: string, results: Map<string, Result>): Promise<void> {
  for (const driver of DRIVERS)
    for (const poolSize of [1, 3]) results.set(`${driver} ${poolSize}`, await runDriver(driver, built, poolSize));
}

beforeAll(async () => {
  server = await startServer(15);
  admin = new pg.Client(server.url);
  await admin.connect();
  await admin.query(BOOTSTRAP);
  dir = mkdtempSync(join(tmpdir(), "rlsmith-drivers-"));
  cpSync(join(import.meta.dirname, "real-drivers"), dir, { recursive: true });
  // Drizzle is written in the same way for both of its drivers
  cpSync(join(dir, "src/drizzle/bills.ts"), join(dir, "src/drizzle-postgres-js/bills.ts"));
  symlinkSync(join(ROOT, "node_modules"), join(dir, "node_modules"));
  writeFileSync(join(dir, ".gitignore"), "node_modules\nbuilt-*\n");
  writeFileSync(join(dir, "package.json"), JSON.stringify({ name: "bills", private: true, type: "module" }));
  writeFileSync(join(dir, "tsconfig.json"), JSON.stringify(TSCONFIG));
  writeFileSync(join(dir, "rlsmith.config.ts"), CONFIG);
  writeFileSync(join(dir, "src/token.test.ts"), TOKEN_TEST);
  git("init", "-q");
  commit("before");
  for (const file of migrations()) await admin.query(sqlOf(file));
  await admin.query(LOGIN);
  await build("built-before");
  await runAll("built-before", before);

  const old = migrations();
  const plan = await rlsmith(["plan", dir, "--no-rehearse"]);
  expect(plan, plan.stderr).toMatchObject({ code: 0 });
  commit("plan");
  cleanup = await rlsmith(["cleanup", dir, "--code", "--write", "--format", "json"]);
  const { code: found } = JSON.parse(cleanup.stdout) as CleanupJson;
  if (!found) throw new Error(cleanup.stderr);
  code = found;
  for (const file of migrations().filter((one) => !old.includes(one))) await admin.query(sqlOf(file));
  await build("built-after");
  await runAll("built-after", after);
});
afterAll(async () => {
  await admin.end();
  await server.stop();
  rmSync(dir, { recursive: true, force: true });
});

const NOBODY = { login: "app_login", titles: [] };

/** What the rows of the first migration say, for a tenant at a time. `left`: what the clean-up has not edited. */
const expected = (left: Record<"a" | "b", string[]>, traced: string, refused: string): Result => ({
  fresh: NOBODY,
  ...Object.fromEntries(
    ["own", "begun", "unsafe", "inner", "beside"].flatMap((name) => [
      [`${name} a`, ["a1", "a2"]],
      [`${name} b`, ["b1"]],
      [`after ${name}`, NOBODY],
    ]),
  ),
  // in the savepoint, and after it was rolled back
  "outer a": ["a1", "a2", "a1", "a2"],
  "outer b": ["b1", "b1"],
  "after outer": NOBODY,
  "left a": left.a,
  "left b": left.b,
  "after left": NOBODY,
  "worker b": ["b1"],
  "after worker": NOBODY,
  "traced a": { login: traced, trace: "it's $1 ? {}", titles: ["a1", "a2"] },
  "after traced": NOBODY,
  "failing a": expect.stringContaining("division by zero") as string,
  "after failing": NOBODY,
  "own b again": ["b1"],
  // a local setting ends with its statement, so it was dead before
  "outside a": [],
  service_role: refused,
  "after service_role": NOBODY,
  "at once": ["a1 a2", "b1", "a1 a2", "b1", "b1", "a1 a2"],
  last: NOBODY,
});

const runs = DRIVERS.flatMap((driver) => [1, 3].map((poolSize): [string] => [`${driver} ${poolSize}`]));

test.each(runs)("%s: with the session variable a tenant sees its own rows", (run) => {
  expect(before.get(run)).toEqual(expected({ a: ["a1", "a2"], b: ["b1"] }, "app_login", "no error"));
});

test.each(runs)("%s: with the claims too, and the next transaction sees its own", (run) => {
  // what is left to a person sees no row of anybody
  const refused = "the token names a role that is not taken";
  expect(after.get(run)).toEqual(expected({ a: [], b: [] }, "authenticated", refused));
});

test("what is left to a person is named, with nothing beside it", () => {
  const named = code.decisions
    .filter(({ reason }) => reason !== "role-of-token" && reason !== "claims-made-by-hand")
    .map(({ path, line, reason }) => `${path} ${functionAt(path, line)} ${reason}`);
  expect(named.toSorted()).toEqual(
    [
      ...DRIVERS.map((driver) => `src/${driver}/bills.ts left driver-without-token`),
      // the tag is another module's
      "src/postgres-js/bills.ts outside driver-without-token",
    ].toSorted(),
  );
  expect(cleanup.code).toBe(3);
  expect(code.judge).toMatchObject({ errorsBefore: 0, errorsAfter: 0, unchecked: [] });
});

test.each(DRIVERS)("%s: a person confirms the role at each place where it is taken anew", (driver) => {
  const places = (wanted: string): string[] =>
    code.decisions
      .filter(({ path, reason }) => path === `src/${driver}/bills.ts` && reason === wanted)
      .map(({ path, line }) => functionAt(path, line));
  expect(places("role-of-token")).toEqual(["own", "begun", "traced", "unsafe", "outer", "inner", "failing"]);
  expect(places("claims-made-by-hand")).toEqual(["worker"]);
});

/** The function of a file, as it was before, that a line is in. */
function functionAt(path: string, line: number): string {
  const written = path.replace("drizzle-postgres-js/bills", "drizzle/bills");
  const lines = readFileSync(join(import.meta.dirname, "real-drivers", written), "utf8")
    .split("\n")
    .slice(0, line);
  return /^export async function (\w+)/.exec(lines.findLast((one) => one.startsWith("export")) ?? "")?.[1] ?? "";
}

test("the tests that were written with the helpers pass", () => {
  const files = readdirSync(join(dir, "built-after"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith("-claims.test.js"))
    .map((file) => join(dir, "built-after", file));
  // one helper for both drivers of Drizzle
  expect(files).toHaveLength(DRIVERS.length - 1);
  const output = execFileSync(process.execPath, ["--test", "--test-reporter=tap", ...files], {
    encoding: "utf8",
    env: { PATH: process.env["PATH"] },
  });
  expect(output).toContain(`# pass ${2 * files.length}`);
  expect(output).toContain("# fail 0");
});

test("a second run changes nothing", async () => {
  commit("cleanup");
  const again = await rlsmith(["cleanup", dir, "--code"]);
  expect([again.stdout, again.code]).toEqual(["", 3]);
});
