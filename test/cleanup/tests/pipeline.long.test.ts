import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { CleanupTestsJson } from "../../../src/report/json-outputs.ts";
import { cleanupTests, cleanupTestsJson, git, projectOf } from "./project.ts";

// A small project whose suite replays its migrations folder in an embedded database.
//   invoice  tested by the variable and by the claim
//   visit    tested by the variable alone, and the case fails once the policy reads the claim
//   note     tested by a case that sets the variable, passes in both states, and alone notices an open policy

const policy = (relation: string): string => `
create table ${relation} (id int primary key, tenant_id text not null);
insert into ${relation} values (1, 'a'), (2, 'b');
alter table ${relation} enable row level security;
grant select on ${relation} to member;
create policy ${relation}_read on ${relation} for select to member using (tenant_id = coalesce(
  nullif(current_setting('app.tenant_id', true), ''),
  nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'tenant_id'));
`;

const FILES = {
  "migrations/0001_schema.sql": `create role member nologin;
create function set_tenant(tenant text) returns void language sql as $$ select set_config('app.tenant_id', tenant, true) $$;
${["invoice", "visit", "note"].map(policy).join("")}`,
  "rlsmith.config.ts": `export default {
  migrations: { folder: "migrations" },
  claims: "request.jwt.claims",
  requests: { claims: "sent", reason: "the gateway sets them" },
  context: { "app.tenant_id": { claim: "tenant_id" } },
  cleanup: { tests: { command: "npx vitest run --reporter=json --outputFile={report}" } },
};
`,
  "tsconfig.json": JSON.stringify({
    compilerOptions: {
      target: "es2023",
      module: "esnext",
      moduleResolution: "bundler",
      strict: true,
      skipLibCheck: true,
      noUnusedLocals: true,
      noEmit: true,
      types: ["node"],
    },
    include: ["test/**/*.ts"],
  }),
  "vitest.config.ts": `export default { test: { include: ["test/**/*.test.ts"], testTimeout: 60_000, hookTimeout: 60_000 } };
`,
  "test/paths.ts": `import { readdirSync, readFileSync } from "node:fs";
import { PGlite, type Transaction } from "@electric-sql/pglite";

export async function openDatabase(): Promise<PGlite> {
  const db = new PGlite();
  for (const file of readdirSync("migrations").filter((name) => name.endsWith(".sql")).toSorted())
    await db.exec(readFileSync(\`migrations/\${file}\`, "utf8"));
  return db;
}

export type Work = (tx: Transaction) => Promise<unknown>;

export const byVariable = (db: PGlite, tenant: string, work: Work): Promise<unknown> =>
  db.transaction(async (tx) => {
    await tx.query("set local role member");
    await tx.query("select set_tenant($1)", [tenant]);
    return work(tx);
  });

export const byClaim = (db: PGlite, tenant: string, work: Work): Promise<unknown> =>
  db.transaction(async (tx) => {
    await tx.query("set local role member");
    await tx.query("select set_config('request.jwt.claims', $1, true)", [JSON.stringify({ tenant_id: tenant })]);
    return work(tx);
  });
`,
  "test/rls.test.ts": `import { beforeAll, expect, test } from "vitest";
import type { PGlite } from "@electric-sql/pglite";
import { byClaim, byVariable, openDatabase } from "./paths";

let db: PGlite;
beforeAll(async () => {
  db = await openDatabase();
});

test("invoices by variable", async () => {
  const seen = await byVariable(db, "a", async (tx) => (await tx.query("select id from invoice")).rows);
  expect(seen).toEqual([{ id: 1 }]);
});

test("invoices by claim", async () => {
  const seen = await byClaim(db, "a", async (tx) => (await tx.query("select id from invoice")).rows);
  expect(seen).toEqual([{ id: 1 }]);
});

test("visits by variable", async () => {
  const seen = await byVariable(db, "a", async (tx) => (await tx.query("select id from visit")).rows);
  expect(seen).toEqual([{ id: 1 }]);
});

test("no foreign note by variable", async () => {
  const seen = await byVariable(db, "a", async (tx) => (await tx.query("select id from note where tenant_id = 'b'")).rows);
  expect(seen).toEqual([]);
});
`,
};

let dir: string;
let json: CleanupTestsJson;
let code: number | null;

beforeAll(async () => {
  dir = projectOf(FILES);
  ({ code, json } = await cleanupTestsJson(dir));
});
afterAll(() => rmSync(resolve(dir, ".."), { recursive: true, force: true }));

test("the suite ran on the old state, the migrated state, and on a mutant of every policy in both", () => {
  expect(json.suite).toMatchObject({
    kind: "run",
    before: { passed: 4, failed: 0 },
    // both cases that need the variable to see a row
    after: { passed: 2, failed: 2 },
    policies: 3,
    weakened: 3,
  });
  if (json.suite.kind !== "run") throw new Error("the suite did not run");
  expect(json.suite.mutants.map(({ name, side, noticedBy }) => [name, side, noticedBy]).toSorted()).toEqual([
    // open policies: the old state has the case by the variable and the one by the claim
    ["public.invoice.invoice_read: using true", "after", 1],
    ["public.invoice.invoice_read: using true", "before", 2],
    ["public.note.note_read: using true", "after", 1],
    ["public.note.note_read: using true", "before", 1],
    ["public.visit.visit_read: using true", "after", 0],
    ["public.visit.visit_read: using true", "before", 1],
  ]);
});

test("the case whose relation is tested by the claim goes, with what covers it", () => {
  expect(json.removed.map(({ name, onMigrated, notices, covers }) => ({ name, onMigrated, notices, covers }))).toEqual([
    {
      name: "invoices by variable",
      onMigrated: "failed",
      notices: [
        { mutant: "public.invoice.invoice_read: using true", noticedBy: "test/rls.test.ts: invoices by claim" },
      ],
      covers: [{ relation: "public.invoice", by: "cases", what: ["test/rls.test.ts: invoices by claim"] }],
    },
  ]);
});

test("cases that notice what nobody else notices stay, and a person has to decide", () => {
  expect(code).toBe(3);
  expect(json.kept.map(({ name, because, what }) => [name, because, what])).toEqual([
    ["visits by variable", "only-notices", ["public.visit.visit_read: using true"]],
    ["no foreign note by variable", "only-notices", ["public.note.note_read: using true"]],
  ]);
  expect(json.failing).toEqual(["test/rls.test.ts: visits by variable"]);
});

test("nothing was written; the patch is one, and the compiler accepts the result", () => {
  expect(git(dir, "status", "--porcelain")).toBe("");
  expect(json.judge).toMatchObject({ errorsBefore: 0, errorsAfter: 0 });
  writeFileSync(join(dir, "../tests.patch"), json.patch);
  git(dir, "apply", "--check", join(dir, "../tests.patch"));
  expect(json.files).toEqual([{ path: "test/rls.test.ts", deleted: false, linesRemoved: 5, linesAdded: 0 }]);
});

test("--write edits, refuses a dirty tree, and a second run changes nothing", async () => {
  const before = readFileSync(join(dir, "test/rls.test.ts"), "utf8");
  writeFileSync(join(dir, "test/other.ts"), "export {};\n");
  const refused = await cleanupTests(dir, "--write", "--mutants", "0");
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("not committed")]);
  expect(readFileSync(join(dir, "test/rls.test.ts"), "utf8")).toBe(before);
  rmSync(join(dir, "test/other.ts"));

  expect((await cleanupTests(dir, "--write")).code).toBe(3);
  const after = readFileSync(join(dir, "test/rls.test.ts"), "utf8");
  expect(after).toBe(before.replace(/test\("invoices by variable"[^]*?\n\}\);\n\n/, ""));
  git(dir, "commit", "-qam", "after");
  const again = await cleanupTestsJson(dir, "--write");
  expect(again.json.files).toEqual([]);
  expect(git(dir, "status", "--porcelain")).toBe("");
});

test("without a command, or with one that makes no report, cases are listed and not touched", async () => {
  const config = FILES["rlsmith.config.ts"];
  const without = projectOf({ ...FILES, "rlsmith.config.ts": config.replace(/ {2}cleanup:.*\n/, "") });
  const failing = projectOf({
    ...FILES,
    "rlsmith.config.ts": config.replace(/npx vitest[^"]*/, "echo no tests here; false"),
  });
  for (const [one, why] of [
    [without, "no-command"],
    [failing, "fails-before"],
  ] as const) {
    const { code: exit, json: listed } = await cleanupTestsJson(one);
    expect(exit).toBe(3);
    expect(listed.suite).toMatchObject({ kind: "not-run", why });
    expect(listed.kept.map(({ because }) => because)).toEqual(["suite-not-run", "suite-not-run", "suite-not-run"]);
    expect(listed.files).toEqual([]);
    rmSync(resolve(one, ".."), { recursive: true, force: true });
  }
  expect(existsSync(without)).toBe(false);
});
