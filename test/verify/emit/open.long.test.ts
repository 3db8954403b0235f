import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseConfig, type UserConfig } from "../../../src/config.ts";
import { inspect } from "../../../src/inspect/inspect.ts";
import { BOOTSTRAP } from "../../../src/scratch/bootstrap.ts";
import type { IsolationTests } from "../../../src/verify/emit/isolation-tests.ts";
import { pgtap } from "../../../src/verify/emit/pgtap.ts";
import { emittedTests } from "../../support/emitted.ts";
import { debianMissing, startDebianServer, type DebianServer, type Ran } from "../../support/debian-server.ts";
import { withFork } from "../../support/fork.ts";

const CLAIM = "(select (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid)";
/** Any login overwrites any row; everything else is fenced. */
const OPEN = `
create table public.ticket (id uuid primary key default gen_random_uuid(), org_id uuid not null, subject text not null);
alter table public.ticket enable row level security;
create policy own on public.ticket to authenticated using (org_id = ${CLAIM}) with check (org_id = ${CLAIM});
create policy oops on public.ticket for update to authenticated using (true) with check (true);
`;
/** No key, and the clock in a default. */
const KEYLESS = `
create table public."Event" ("shopId" uuid not null, at timestamptz default now(), what text not null);
alter table public."Event" enable row level security;
create policy own on public."Event" to authenticated using ("shopId" = ${CLAIM}) with check ("shopId" = ${CLAIM});
`;

async function emitted(sql: string, config: UserConfig = {}): Promise<IsolationTests> {
  const known = parseConfig(config, "test");
  return withFork(sql, async (db) => emittedTests(db, await inspect(db), known, "test"));
}

const answersTo = ({ checks }: IsolationTests, attack: string, persona: string): Set<string> =>
  new Set(
    checks.filter((one) => one.attack === attack && one.persona === persona).map(({ expected }) => expected.kind),
  );

test("of what is open only rows of the other tenant fail; what is held must stay so", async () => {
  const tests = await emitted(OPEN);
  // how the opening is closed decides whether own rows may be changed then
  expect(answersTo(tests, "update a foreign row", "A's member")).toEqual(new Set(["not foreign"]));
  expect(answersTo(tests, "move own row to another tenant", "A's member")).toEqual(new Set(["not foreign"]));
  // a persona without a tenant has no rows of its own
  expect(answersTo(tests, "update a foreign row", "no claims")).toEqual(new Set(["nothing"]));
  expect(answersTo(tests, "delete a foreign row", "A's member")).toEqual(new Set(["nothing"]));
  expect(answersTo(tests, "read", "no claims")).toEqual(new Set(["nothing"]));
  expect(answersTo(tests, "read", "A's member")).toEqual(new Set(["own"]));
});

test("what is declared has no test, and only that", async () => {
  const expected = [{ object: "public.ticket", door: "policy", commands: ["UPDATE" as const], reason: "a board" }];
  const tests = await emitted(OPEN, { verify: { expected } });
  expect(answersTo(tests, "update, blind", "A's member")).toEqual(new Set());
  // for reads only, where no command is named
  const reads = [{ object: "public.ticket", door: "policy", reason: "a board" }];
  const others = await emitted(OPEN, { verify: { expected: reads } });
  expect(answersTo(others, "move own row to another tenant", "A's member")).toEqual(new Set(["not foreign"]));
});

test("a table without a key, with the clock in a default: the same file every time", async () => {
  const first = pgtap(await emitted(KEYLESS));
  await new Promise((done) => setTimeout(done, 20));
  expect(pgtap(await emitted(KEYLESS))).toBe(first);
  // a row is told by what is the same in every run
  expect(first.replaceAll(/\s+/g, " ")).toContain(`md5(array[t."shopId"::text, t.what::text]::text)`);
});

describe.skipIf(debianMissing !== null)("the file on PostgreSQL 15", () => {
  let server: DebianServer;
  let folder: string;
  let databases = 0;
  beforeAll(async () => {
    const started = await startDebianServer();
    if (!started) throw new Error("the packages are there, and the server is not");
    server = started;
    folder = mkdtempSync(join(tmpdir(), "rlsmith-open-"));
  });
  afterAll(() => {
    server?.stop();
    rmSync(folder, { recursive: true });
  });

  async function proved(text: string, sql: string): Promise<Ran> {
    const name = `open${(databases += 1)}`;
    await server.exec("postgres", `create database ${name}`);
    await server.exec(name, BOOTSTRAP);
    await server.exec(name, sql);
    writeFileSync(join(folder, "rls_isolation.test.sql"), text);
    return server.pgProve(name, folder);
  }

  const failed = ({ output }: Ran): string[] => output.match(/^not ok .*$/gm) ?? [];

  test("what is open fails, and nothing else; mended it passes", async () => {
    const text = pgtap(await emitted(OPEN));
    const open = await proved(text, OPEN);
    expect(open.code).not.toBe(0);
    expect(failed(open).length).toBeGreaterThan(0);
    // with a WHERE that reads a column the SELECT policy hides foreign rows; without one, or with a constant, nothing
    // does, and an own row is let go
    for (const line of failed(open)) expect(line).toMatch(/update,? (blind|where true)|move |take rows over, blind/);
    const fenced = await proved(
      text,
      `${OPEN} alter policy oops on public.ticket using (org_id = ${CLAIM}) with check (org_id = ${CLAIM})`,
    );
    expect([fenced.code, failed(fenced)]).toEqual([0, []]);
    const dropped = await proved(text, `${OPEN} drop policy oops on public.ticket`);
    expect([dropped.code, failed(dropped)]).toEqual([0, []]);
  });

  test("a table without a key, with the clock in a default, passes", async () => {
    const seen = await proved(pgtap(await emitted(KEYLESS)), KEYLESS);
    expect([seen.code, failed(seen)]).toEqual([0, []]);
  });
});
