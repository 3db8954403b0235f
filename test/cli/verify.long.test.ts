import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BOOTSTRAP } from "../../src/scratch/bootstrap.ts";
import type { Verification } from "../../src/verify/matrix/verification.ts";
import { project, rlsmith } from "../support/cli.ts";
import { startServer, type TestServer } from "../support/server.ts";

const CLAIM = "(select (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid)";
const APP = `
create table public.project (id uuid primary key default gen_random_uuid(), org_id uuid not null, name text not null);
alter table public.project enable row level security;
create policy project_all on public.project to authenticated using (org_id = ${CLAIM}) with check (org_id = ${CLAIM});
`;
const VIEW = "create view public.project_names as select id, org_id, name from public.project;\n";

const config = (verify: string): string => `import { defineConfig } from "rlsmith";
export default defineConfig({ context: { "app.org_id": { claim: "app_metadata.org_id", type: "uuid" } }, verify: ${verify} });
`;

/** A small project with one table, and what a test adds. */
const app = (more = "", files: Record<string, string> = {}): string =>
  project({ "supabase/migrations/20250101000000_app.sql": APP + more, ...files });

describe("a usage error is reported before anything is attacked, with a hint", () => {
  const cases: [string, string[], Record<string, string>, RegExp, RegExp][] = [
    ["a format that is none", ["--format", "xml"], {}, /xml.*invalid/, /Allowed choices are/],
    ["tests of a kind that is none", ["--emit", "jest"], {}, /jest.*invalid/, /pgtap, vitest/],
    [
      "--mutants with a format it has not",
      ["--mutants", "--format", "junit"],
      {},
      /--mutants has no/,
      /use terminal or json/,
    ],
    ["writes allowed where nobody asks", ["--write-and-roll-back"], {}, /is for a live database/, /--db/],
    ["two modes at once", ["--mutants", "--emit", "pgtap"], {}, /cannot be used with/, /./],
    [
      "an earlier run that is not there",
      ["--compare", "before.json"],
      {},
      /there is no file `before\.json`/,
      /rlsmith verify --format json > before\.json/,
    ],
    [
      "an earlier run that is no JSON",
      ["--compare", "before.json"],
      { "before.json": "{ not json" },
      /`before\.json` is no result/,
      /rlsmith verify --format json > before\.json/,
    ],
    [
      "an earlier run of another command",
      ["--compare", "before.json"],
      { "before.json": '{"format":"rlsmith-claims","formatVersion":1}' },
      /`before\.json` is no result/,
      /rlsmith verify --format json > before\.json/,
    ],
    [
      "an exception without a reason",
      [],
      { "rlsmith.config.ts": config('{ expected: [{ object: "public.project_names" }] }') },
      /verify\.expected\.0\.reason/,
      /correct the named settings/,
    ],
    [
      "a shared relation that is not there",
      [],
      { "rlsmith.config.ts": config('{ shared: { "public.prize": "one list" } }') },
      /verify\.shared.*`public\.prize`/,
      /mend the name|remove/,
    ],
    [
      "a tenant column that is not there",
      [],
      { "rlsmith.config.ts": config('{ tenant: { "public.project.organisation": "app_metadata.org_id" } }') },
      /verify\.tenant.*`public\.project\.organisation`/,
      /mend the name|remove/,
    ],
  ];
  test.each(cases)("%s", async (_what, args, files, message, hint) => {
    const dir = app("", files);
    const seen = await rlsmith(["verify", ".", ...args], { cwd: dir });
    expect(seen.stderr).toMatch(message);
    expect(seen.stderr).toMatch(hint);
    expect(seen.stdout).toBe("");
    expect(seen.code).toBe(2);
  });
});

test("a server that does not answer: no password in what is said", async () => {
  const seen = await rlsmith(["verify", app(), "--db", "postgres://app:s3cret@127.0.0.1:1/app"]);
  expect(seen.code).toBe(4);
  expect(seen.stderr).toMatch(/127\.0\.0\.1/);
  expect(seen.stdout + seen.stderr).not.toContain("s3cret");
});

describe("a small project", () => {
  const dir = app(VIEW);

  test("what is open is a breach, and the exit code says so; a declared one is not", async () => {
    const open = await rlsmith(["verify", dir]);
    expect(open.code).toBe(1);
    expect(open.stdout).toMatch(/^1\. public\.project_names {2}view · tenancy$/m);
    // that it may be read says nothing of writing through it
    const forReads = app(VIEW, {
      "rlsmith.config.ts": config('{ expected: [{ object: "public.project_names", reason: "names are public" }] }'),
    });
    const writable = await rlsmith(["verify", forReads]);
    expect(writable.code).toBe(1);
    expect(writable.stdout).toMatch(/^ {4}declared: names are public$/m);
    const declared = app(`${VIEW}revoke insert, update, delete on public.project_names from anon, authenticated;\n`, {
      "rlsmith.config.ts": config('{ expected: [{ object: "public.project_names", reason: "names are public" }] }'),
    });
    const fine = await rlsmith(["verify", declared]);
    expect(fine.code).toBe(0);
    expect(fine.stdout).toMatch(/^~ public\.project_names: /m);
    expect(fine.stdout).toMatch(/^ {4}declared: names are public$/m);
  });

  test("a declaration that nothing was found for is said", async () => {
    const stale = app("", {
      "rlsmith.config.ts": config('{ expected: [{ object: "public.projct_names", reason: "known" }] }'),
    });
    expect((await rlsmith(["verify", stale])).stdout).toMatch(
      /^note nothing was found that `verify\.expected` declares for `public\.projct_names`: remove it/m,
    );
  });

  test("json is one object on stdout and nothing else; a later run is compared with it", async () => {
    const before = await rlsmith(["verify", dir, "--format", "json"]);
    expect(before.code).toBe(1);
    expect(JSON.parse(before.stdout).breaches).toEqual([
      expect.objectContaining({ object: { kind: "view", name: "public.project_names" }, relation: "public.project" }),
    ]);
    const file = join(project({ "before.json": before.stdout }), "before.json");
    const closed = await rlsmith(["verify", app(), "--compare", file]);
    expect(closed.code).toBe(0);
    expect(closed.stdout).toMatch(/closed public\.project_names/);
    expect(closed.stdout).toMatch(/1 closed, 0 opened, 0 still open/);
  });

  test("the emitted file is written, and overwritten by a later run; a file that rlsmith did not write is left unchanged", async () => {
    const made = await rlsmith(["verify", dir, "--emit", "pgtap"]);
    const file = join(dir, "supabase/tests/database/rls_isolation.test.sql");
    // the view is open, and that a file was written does not make it less so
    expect([made.code, existsSync(file)]).toEqual([1, true]);
    expect(made.stdout).toMatch(/^1\. public\.project_names {2}view · tenancy$/m);
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.replace(/^select plan.*$/m, "select plan(1);"));
    await rlsmith(["verify", dir, "--emit", "pgtap"]);
    expect(readFileSync(file, "utf8")).toBe(text);
    const closed = await rlsmith(["verify", app(), "--emit", "pgtap"]);
    expect([closed.code, closed.stdout]).toEqual([0, ""]);
    writeFileSync(file, "-- ours\nselect 1;\n");
    const refused = await rlsmith(["verify", dir, "--emit", "pgtap"]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/was not written by rlsmith/);
    expect(readFileSync(file, "utf8")).toBe("-- ours\nselect 1;\n");
  });

  test("mutants: everything that is made worse is noticed", async () => {
    const seen = await rlsmith(["verify", app(), "--mutants", "--format", "json"]);
    const { mutants, noticed, survived, killed } = JSON.parse(seen.stdout);
    expect(mutants.length).toBeGreaterThan(5);
    expect(noticed).toBeGreaterThan(5);
    expect([survived, killed, seen.code]).toEqual([0, 1, 0]);
  });
});

describe("a live database", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(15);
  });
  afterAll(async () => {
    await server.stop();
  });

  test("without the flag it is only read, and the report says so", async () => {
    const seen = await rlsmith(["verify", project({}), "--db", server.url]);
    expect(seen.stderr + seen.stdout).toMatch(/live, read-only/);
    expect(seen.code).toBe(0);
  });

  const exec = async (url: string, sql: string): Promise<void> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(sql);
    await client.end();
  };
  const database = async (name: string, sql: string): Promise<string> => {
    await exec(server.url, `create database ${name}`);
    const url = server.url.replace(/\/postgres$/, `/${name}`);
    await exec(url, sql);
    return url;
  };

  test("as the login that owns the tables and nothing else: no hole that only an owner has, and no note of what it did not do", async () => {
    const url = await database(
      "owned",
      `${BOOTSTRAP}
      create role plain_owner login password 'owner-pw';
      grant anon, authenticated to plain_owner;
      grant usage, create on schema public to plain_owner;
      grant usage on schema auth to plain_owner;
      create sequence public.elsewhere;
      set role plain_owner;
      create table public.note (id bigint generated always as identity primary key, org_id uuid not null, body text not null);
      alter table public.note enable row level security;
      create policy own on public.note to authenticated using (org_id = ${CLAIM}) with check (org_id = ${CLAIM});
      grant select, insert, update, delete on public.note to authenticated;`,
    );
    const owner = new URL(url);
    [owner.username, owner.password] = ["plain_owner", "owner-pw"];
    const seen = await rlsmith(["verify", project({}), "--db", owner.href, "-w", "--format", "json"]);
    const found = JSON.parse(seen.stdout) as Verification;
    expect(found.breaches.map(({ door, object }) => `${door} ${object.name}`)).toEqual([]);
    expect(found.personas.map(({ role }) => role)).not.toContain("plain_owner");
    const notes = found.notes.map(({ message }) => message).join("\n");
    expect(found.notes.map(({ code }) => code).filter((code) => code === "owner-login")).toHaveLength(1);
    // row security is not forced, so it does not hold back the owner; and nothing was drawn from what feeds no table of these
    expect(notes).not.toContain("policies hold for");
    expect(notes).not.toContain("public.elsewhere");
    expect(found.held).toBeGreaterThan(0);
    expect(seen.code).toBe(0);
  });

  test("a table without rows is not reached, though it is open; a run that reached nothing is no pass", async () => {
    const url = await database(
      "bare",
      "create table note (id int primary key, body text); grant select on note to public",
    );
    const seen = await rlsmith(["verify", project({}), "--db", url]);
    expect(seen.stdout).toMatch(/^public\.note +\S*\?/m);
    expect(seen.stdout).toMatch(/^no rows, so nothing could be reached: public\.note$/m);
    expect(seen.stdout).toMatch(/^\? .* 0 held, 0 breaches, .*1 table without rows$/m);
    expect(seen.code).toBe(3);
  });
});

test("a folder that cannot be written to: it is said, and nothing is left behind", async () => {
  // root writes anywhere: a file stands where the folder has to be
  const dir = app();
  mkdirSync(join(dir, "supabase"), { recursive: true });
  writeFileSync(join(dir, "supabase/tests"), "a file\n");
  const seen = await rlsmith(["verify", dir, "--emit", "pgtap"]);
  expect(seen.code).toBe(4);
  expect(seen.stderr).toMatch(/could not be written/);
  expect(readdirSync(join(dir, "supabase")).toSorted()).toEqual(["migrations", "tests"]);
});
