import pg from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { LockTry } from "../../src/apply/index.ts";
import { openServer } from "../../src/db/server.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import {
  applyToDatabase,
  historyOfDatabase,
  rollbackDatabase,
  SILENT_TALK,
} from "../../src/pipeline/apply-database.ts";
import type { TargetTalk } from "../../src/pipeline/apply-database.ts";
import type { Plan } from "../../src/plan/index.ts";
import { BOOTSTRAP } from "../../src/scratch/bootstrap.ts";
import { planFor } from "../support/plan.ts";
import { startServer, type TestServer } from "../support/server.ts";

const NAMES = ["a", "b", "c", "d"];
const EXPRESSION =
  "tenant_id = coalesce(nullif(current_setting('app.tenant_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'tenant_id')::uuid)";
const POLICIES = "select tablename, policyname, qual from pg_policies where schemaname = 'public' order by 1, 2";

let server: TestServer;
let plan: Plan;
let url: string;
beforeAll(async () => {
  server = await startServer(15);
  const db = await openServer(server.url);
  await db.exec("create database ready");
  await db.close();
});
afterAll(async () => server?.stop());

const onDatabase = (name: string): string => {
  const to = new URL(server.url);
  to.pathname = `/${name}`;
  return to.toString();
};

let count = 0;
beforeEach(async () => {
  count += 1;
  const admin = await openServer(server.url);
  await admin.exec(`create database target_${count}`);
  await admin.close();
  url = onDatabase(`target_${count}`);
  const db = await openServer(url);
  await db.exec(BOOTSTRAP);
  for (const name of NAMES)
    await db.exec(`create table public.${name} (tenant_id uuid not null);
      alter table public.${name} enable row level security;
      create policy own on public.${name} using (${EXPRESSION})`);
  plan = planFor(await inspect(db), {
    context: { "app.tenant_id": { claim: "app_metadata.tenant_id", type: "uuid" } },
  });
  await db.close();
});

/** A session with an open transaction, in which these statements were run. */
async function holder(...statements: string[]): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  for (const sql of ["begin", ...statements]) await client.query(sql);
  return client;
}

async function policies(): Promise<{ tablename: string; qual: string }[]> {
  const db = await openServer(url);
  try {
    return await db.query(POLICIES);
  } finally {
    await db.close();
  }
}

/** The relations of which a policy does not read the variable any more. */
const moved = async (): Promise<string[]> => [
  ...new Set(
    (await policies()).filter(({ qual }) => !qual.includes("app.tenant_id")).map(({ tablename }) => tablename),
  ),
];

/** Progress that calls `then` with each attempt that failed. */
const watching = (then: (group: string, failed: LockTry) => void): { talk: TargetTalk; said: string[] } => {
  const said: string[] = [];
  return { said, talk: { ...SILENT_TALK, tried: then, stage: (text) => void said.push(text) } };
};

test("--by auto with nobody in the way is one transaction", async () => {
  const { groups } = await applyToDatabase(url, plan, { cut: { kind: "auto" } });
  expect(groups.map(({ group }) => group)).toEqual(["all"]);
  expect(await moved()).toEqual(NAMES);
});

test("a reader of one relation: the others are changed while it reads, and that one afterwards", async () => {
  const before = await policies();
  const reader = await holder("select from public.b");
  const meanwhile: string[][] = [];
  const tried = new Map<string, number>();
  let ended: Promise<unknown> | null = null;
  const { talk, said } = watching((group, failed) => {
    tried.set(group, failed.tries);
    // the last group is the relation that is read
    if (group === "public.b" && failed.tries === 3)
      ended ??= moved().then((now) => (meanwhile.push(now), reader.end()));
  });
  const { groups, notes } = await applyToDatabase(url, plan, { cut: { kind: "auto" }, talk });
  await ended;
  expect(notes[0]).toMatch(/^`all` was divided/);
  expect(tried.get("all")).toBe(2);
  expect(said.some((text) => text.includes("`all` was divided"))).toBe(true);
  // everything but the relation that is read was committed while the reader was there
  expect(meanwhile).toEqual([["a", "c", "d"]]);
  expect(await moved()).toEqual(NAMES);
  // each relation is in one group, and each group has an entry in the journal
  expect(groups.flatMap(({ locks }) => locks.map(({ relation }) => relation)).toSorted()).toEqual(
    NAMES.map((name) => `public.${name}`),
  );
  const entries = (await historyOfDatabase(url)).filter(({ outcome }) => outcome === "done");
  expect(entries.map(({ id, group }) => [id, group])).toEqual(groups.map(({ entries: of, group }) => [of[0], group]));
  expect(entries.length).toBeGreaterThan(1);
  await rollbackDatabase(url);
  expect(await policies()).toEqual(before);
});

test("a dry run of --by auto beside a reader that stays: LOCK_NOT_HAD names it, and nothing has changed", async () => {
  const before = await policies();
  const reader = await holder("select from public.c");
  const limits = { lockTimeout: 2000, statementTimeout: 30_000, giveUpAfter: 500 };
  await expect(applyToDatabase(url, plan, { cut: { kind: "auto" }, dryRun: true, limits })).rejects.toMatchObject({
    code: "LOCK_NOT_HAD",
    message: expect.stringContaining("public.c is in use by process"),
  });
  await reader.end();
  expect(await policies()).toEqual(before);
});

test("without --by auto it is proposed after two attempts, in the progress and in the error", async () => {
  const before = await policies();
  const reader = await holder("select from public.c");
  const at: number[] = [];
  let tries = 0;
  const talk: TargetTalk = {
    ...SILENT_TALK,
    tried: (_, failed) => void (tries = failed.tries),
    stage: (text) => void (text.includes("--by auto") && at.push(tries)),
  };
  const limits = { lockTimeout: 2000, statementTimeout: 30_000, giveUpAfter: 500 };
  await expect(applyToDatabase(url, plan, { limits, talk })).rejects.toMatchObject({
    code: "LOCK_NOT_HAD",
    hint: expect.stringContaining("--by auto"),
  });
  await reader.end();
  expect(at).toEqual([2]);
  expect(await policies()).toEqual(before);
});

test("a transaction that waits for a lock of ours is not waited for: it goes on, and is no victim of a deadlock", async () => {
  // it has read d, and asks for a, which an attempt has locked by then
  const other = await holder("select from public.d");
  let asked: Promise<unknown> | null = null;
  const { talk } = watching(() => {
    asked ??= other
      .query("select from public.a")
      .then(async () => other.query("commit"))
      .finally(async () => other.end());
  });
  await applyToDatabase(url, plan, { talk });
  await expect(asked).resolves.toMatchObject({ command: "COMMIT" });
  expect(await moved()).toEqual(NAMES);
});
