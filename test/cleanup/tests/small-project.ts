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

/** The files of the project. */
export const FILES = {
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
