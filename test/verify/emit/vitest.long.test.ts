import { rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseConfig } from "../../../src/config.ts";
import { inspect } from "../../../src/inspect/inspect.ts";
import { BOOTSTRAP } from "../../../src/scratch/bootstrap.ts";
import type { IsolationTests } from "../../../src/verify/emit/isolation-tests.ts";
import { vitest } from "../../../src/verify/emit/vitest.ts";
import { folderInside, runToEnd, type Ran } from "../../support/debian-server.ts";
import { readCases } from "../../cases/verify/case-file.ts";
import { emittedWithBreaches } from "../../support/emitted.ts";
import { withFork } from "../../support/fork.ts";
import { sliced } from "../../support/slice.ts";
import { startServer, type TestServer } from "../../support/server.ts";
import { CLINIC, OTHER_ROWS, PLANNED, WEAKENED, clinicTests, leftBehind } from "./clinic.ts";
import { HOSTILE, hostileTests } from "./hostile.ts";

const MODULES = resolve(import.meta.dirname, "../../../node_modules");

const folder = folderInside();
const name = "rls_isolation.test.ts";
let server: TestServer;
let databases = 0;

const urlOf = (database: string): string => server.url.replace(/\/postgres$/, `/${database}`);

async function exec(database: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: urlOf(database) });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

async function database(sql = ""): Promise<string> {
  const fresh = `v${(databases += 1)}`;
  await exec("postgres", `create database ${fresh} template clinic`);
  if (sql !== "") await exec(fresh, sql);
  return fresh;
}

/** Run the file as a project would; `DATABASE_URL: ""` is as good as none. */
async function run(tests: IsolationTests, env: Record<string, string>, options: string[] = []): Promise<Ran> {
  writeFileSync(join(folder, name), vitest(tests));
  // no config: the project's own must not be needed
  const args = [
    "run",
    "--root",
    folder,
    "--config",
    join(folder, "vitest.config.ts"),
    "--reporter",
    "verbose",
    ...options,
  ];
  return runToEnd(process.execPath, [join(MODULES, "vitest/vitest.mjs"), ...args], { NO_COLOR: "1", ...env });
}

beforeAll(async () => {
  writeFileSync(join(folder, "vitest.config.ts"), "export default {};\n");
  server = await startServer(18);
  await exec("postgres", "create database clinic");
  await exec("clinic", BOOTSTRAP);
  await exec("clinic", CLINIC);
});
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true });
});

test("the same text every time", () => {
  expect(vitest(structuredClone(clinicTests))).toBe(vitest(clinicTests));
});

test("passes, twice, in any order, one by one, and leaves the rows as they were", async () => {
  const name = await database(OTHER_ROWS);
  await exec(name, leftBehind(name));
  const DATABASE_URL = urlOf(name);
  const passed = (count: number) => ({
    code: 0,
    output: expect.stringMatching(new RegExp(`Tests +${count} passed`)) as string,
  });
  expect(await run(clinicTests, { DATABASE_URL })).toEqual(passed(PLANNED));
  const shuffled = ["--sequence.shuffle.tests", "--sequence.concurrent"];
  expect(await run(clinicTests, { DATABASE_URL }, shuffled)).toEqual(passed(PLANNED));
  expect(await run(clinicTests, { DATABASE_URL }, ["-t", "A's nurse: deletes none of B's visits"])).toEqual(passed(1));
  const client = new pg.Client({ connectionString: DATABASE_URL });
  await client.connect();
  const { rows } = await client.query("select count(*)::int as visits, max(id) as last from public.visit");
  await client.end();
  expect(rows).toEqual([{ visits: 50, last: 50 }]);
});

test.each(["using true", "with check of an update", "restrictive to permissive", "row security off"])(
  "weakened: %s",
  async (what) => {
    const { code, output } = await run(clinicTests, { DATABASE_URL: urlOf(await database(WEAKENED[what])) });
    expect(code).toBe(1);
    expect(output).toMatch(new RegExp(`Tests +\\d+ failed \\| \\d+ passed \\(${PLANNED}\\)`));
  },
);

test("nobody but the owner may call set_config", async () => {
  const sql = "revoke execute on function pg_catalog.set_config(text, text, boolean) from public";
  const { output } = await run(clinicTests, { DATABASE_URL: urlOf(await database(sql)) });
  // the one persona that calls it itself, and should see its own rows all the same
  expect(output.match(/(?<=FAIL .* > )[^>\n]+$/gm)).toEqual([
    "A's nurse: sees its own visits with a variable that says B",
  ]);
  expect(output).toMatch(new RegExp(`Tests +1 failed \\| ${PLANNED - 1} passed`));
});

test("hostile names and values", async () => {
  const DATABASE_URL = urlOf(await database(HOSTILE));
  const { code, output } = await run(hostileTests, { DATABASE_URL });
  expect([code, output]).toEqual([0, expect.stringMatching(/Tests +5 passed/)]);
});

test("no address, and one of another machine: every test fails, and says why", async () => {
  const none = await run(clinicTests, { DATABASE_URL: "" });
  expect([none.code, none.output]).toEqual([1, expect.stringContaining("DATABASE_URL is not set")]);
  for (const host of ["db.example.com", "127.example.com", "10.0.0.1"]) {
    const remote = await run(clinicTests, { DATABASE_URL: `postgres://u:p4ss@${host}/db` });
    expect(remote.code).toBe(1);
    expect(remote.output).toContain(`DATABASE_URL leads to ${host}, which is not this machine`);
    expect(remote.output).not.toContain("p4ss");
  }
});

test("a login that row security holds back fails: it would see no change", async () => {
  const name = await database(`create role held noinherit login password 'test-pw'; grant anon, authenticated to held;
    grant all on all tables in schema public to held;
    create policy app on public.visit to held using (true); create policy app on public.invoice to held using (true)`);
  const { code, output } = await run(clinicTests, {
    DATABASE_URL: urlOf(name).replace("//postgres:", "//held:"),
  });
  expect(code).toBe(1);
  expect(output).toContain("query would be affected by row-level security policy");
});

/** Statements of every form that a file holds: prepared statements, steps before, views, functions, values, all rows. */
const PLANTED = [
  "cascade-to-other-tenant",
  "clean-text-tenant",
  "function-scalar-count",
  "immutable-claim",
  "function-copies-into-own",
  "function-results",
  "materialized-view",
  "notify-row",
  "orphan-set-null",
  "policy-column-grant-read",
  "seeded-template-write",
  "view-owner-rights",
];

test.each(sliced(PLANTED))("planted: %s", async (id) => {
  const planted = readCases().find((one) => one.id === id);
  if (!planted) throw new Error(`there is no case ${id}`);
  const config = parseConfig(planted.config, id);
  const { tests, breaches } = await withFork(planted.sql, async (db) =>
    emittedWithBreaches(db, await inspect(db), config, id),
  );
  const fresh = `v${(databases += 1)}`;
  await exec("postgres", `create database ${fresh}`);
  await exec(fresh, BOOTSTRAP);
  await exec(fresh, planted.sql);
  const { code, output } = await run(tests, { DATABASE_URL: urlOf(fresh) });
  expect(code).toBe(planted.expected.length === 0 ? 0 : 1);
  // a runner that throws would fail as well
  for (const line of output.match(/^.*Error: .*$/gm) ?? []) expect(line).toContain("AssertionError");
  expect([...breaches.keys()].length > 0).toBe(planted.expected.length > 0);
});

test("passes a strict check of types", async () => {
  for (const tests of [
    clinicTests,
    hostileTests,
    { ...clinicTests, personas: [], checks: [], fixtures: [], guarded: [] },
  ]) {
    writeFileSync(join(folder, name), vitest(tests));
    const strict = {
      noUncheckedIndexedAccess: true,
      exactOptionalPropertyTypes: true,
      noPropertyAccessFromIndexSignature: true,
    };
    const unused = {
      noUnusedLocals: true,
      noUnusedParameters: true,
      verbatimModuleSyntax: true,
      isolatedModules: true,
    };
    const compilerOptions = {
      strict: true,
      noEmit: true,
      target: "es2022",
      types: ["node"],
      skipLibCheck: true,
      ...strict,
      ...unused,
    };
    for (const kind of [{ module: "nodenext" }, { module: "esnext", moduleResolution: "bundler" }]) {
      const config = { compilerOptions: { ...compilerOptions, ...kind }, files: [name] };
      writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
      writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
      const tsc = await runToEnd(process.execPath, [join(MODULES, "typescript/bin/tsc"), "-p", folder], {});
      expect(tsc).toEqual({ code: 0, output: "" });
    }
  }
});
