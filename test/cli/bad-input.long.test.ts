import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { project, rlsmith, type CliResult } from "../support/cli.ts";
import { startServer, type TestServer } from "../support/server.ts";

const CONFIG = `import { defineConfig } from "rlsmith";
export default defineConfig({ context: { "app.org_id": { claim: "app_metadata.org_id", type: "uuid" } } });
`;
const DOCS = `create table docs (id uuid primary key, org_id uuid not null);
alter table docs enable row level security;
create policy docs_read on docs for select to authenticated
  using (org_id = coalesce(nullif(current_setting('app.org_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid));
`;
const good = { "supabase/migrations/20250101000000_docs.sql": DOCS, "rlsmith.config.ts": CONFIG };

/** One clear line and a hint, nothing on stdout, no stack. */
function expectError(result: CliResult, code: number, message: RegExp): void {
  expect(result.stderr).toMatch(message);
  expect(result.stderr).toMatch(/hint/);
  expect(result.stderr).not.toMatch(/\n {4}at /);
  expect(result.code).toBe(code);
}

/** Every file of a project, to see that nothing was left behind. */
const files = (dir: string): string[] => readdirSync(dir, { recursive: true, encoding: "utf8" }).toSorted();

describe("folders and files", () => {
  test("no such folder", async () => {
    expectError(await rlsmith(["inspect", "/no/such/folder"]), 2, /there is no folder `\/no\/such\/folder`/);
  });

  test("no migrations", async () => {
    expectError(await rlsmith(["inspect", project({ "README.md": "hello" })]), 2, /migrations/);
  });

  test("no policies", async () => {
    const dir = project({ ...good, "supabase/migrations/20250101000000_docs.sql": "create table docs (id int);" });
    expectError(await rlsmith(["plan", dir]), 2, /no policy/);
  });

  test("no config", async () => {
    const dir = project({ "supabase/migrations/20250101000000_docs.sql": DOCS });
    expectError(await rlsmith(["plan", dir]), 2, /no rlsmith\.config\.ts/);
  });

  test("a syntax error is reported with file and line, and stops with --strict", async () => {
    const dir = project({
      ...good,
      "supabase/migrations/20250102000000_broken.sql": "select 1;\n\ncreate tabel x (id int);\n",
    });
    const lenient = await rlsmith(["inspect", dir]);
    expect(lenient.stderr).toMatch(/20250102000000_broken\.sql:3 42601 /);
    const strict = await rlsmith(["plan", dir, "--strict"]);
    expectError(strict, 4, /20250102000000_broken\.sql:3/);
    expect(files(dir)).not.toContain("supabase/rollbacks");
  });

  test("an unknown flag suggests the right one", async () => {
    const result = await rlsmith(["plan", "--dry-runn"]);
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(/--dry-run/);
  });
});

describe("config", () => {
  test.each([
    ["an unknown key", "{ contxt: {} }", /contxt/],
    ["a wrong type", '{ context: { "app.org_id": { claim: "x", type: "uuidd" } } }', /context\.app\.org_id/],
    ["a decision without a reason", '{ flags: { "app.bypass": { decision: "remove" } } }', /flags\.app\.bypass/],
    ["no TypeScript", "{", /cannot be loaded/],
    ["a claims source that is neither", '{ claims: "auth jwt" }', /claims/],
  ])("%s: path and reason", async (_, config, message) => {
    const dir = project({ ...good, "rlsmith.config.ts": `export default ${config};` });
    const before = files(dir);
    expectError(await rlsmith(["plan", dir]), 2, message);
    expect(files(dir)).toEqual(before);
  });

  test("init does not overwrite a config", async () => {
    const dir = project(good);
    expectError(await rlsmith(["init", dir, "--yes"]), 2, /exists already/);
    expect(readFileSync(join(dir, "rlsmith.config.ts"), "utf8")).toBe(CONFIG);
  });
});

describe("output", () => {
  test("an existing file is not overwritten", async () => {
    const dir = project(good);
    const out = join(dir, "out");
    mkdirSync(out);
    const first = await rlsmith(["plan", dir, "--out", out, "--no-rehearse"]);
    expect(first.code, first.stderr).toBe(0);
    const made = files(dir);
    const up = made.find((file) => /^out\/.*_rls_jwt_only\.sql$/.test(file)) ?? "";
    writeFileSync(join(dir, up), "-- edited by hand");
    const again = await rlsmith(["plan", dir, "--out", out, "--no-rehearse"]);
    // the next plan takes a later name; what was there stays
    expect(again.code, again.stderr).toBe(0);
    expect(readFileSync(join(dir, up), "utf8")).toBe("-- edited by hand");
  });

  test("a full disk leaves nothing half written", async ({ skip }) => {
    const full = mkdtempSync(join(tmpdir(), "rlsmith-full-"));
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=4k", "tmpfs", full], { stdio: "ignore" });
    } catch {
      return skip("needs the right to mount a small file system");
    }
    try {
      const dir = project(good);
      expectError(
        await rlsmith(["plan", dir, "--out", join(full, "migrations"), "--no-rehearse"]),
        4,
        /could not be written/,
      );
      expect(files(full).filter((file) => /sql|part/.test(file))).toEqual([]);
      expect(existsSync(join(dir, ".rlsmith", "plan.json"))).toBe(false);
    } finally {
      execFileSync("umount", [full]);
    }
  });
});

describe("databases", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(15);
  });
  afterAll(async () => server.stop());

  const withUser = (user: string, password: string, database = "postgres"): string => {
    const url = new URL(server.url);
    url.username = user;
    url.password = password;
    url.pathname = `/${database}`;
    return url.toString();
  };
  const dir = project(good);

  test("unreachable", async () => {
    const result = await rlsmith(["inspect", dir, "--db", "postgres://someone:s3cr3t-pw@127.0.0.1:1/x"]);
    expectError(result, 4, /cannot connect to `someone@127\.0\.0\.1:1\/x`/);
    expect(result.stderr).not.toContain("s3cr3t-pw");
  });

  test("a wrong password is never echoed", async () => {
    const result = await rlsmith(["inspect", dir, "--db", withUser("postgres", "s3cr3t-pw")]);
    expectError(result, 4, /refused the login/);
    expect(result.stderr + result.stdout).not.toContain("s3cr3t-pw");
  });

  test("no such database", async () => {
    const url = new URL(server.url);
    url.pathname = "/nothing_here";
    expectError(await rlsmith(["inspect", dir, "--db", url.toString()]), 4, /nothing_here/);
  });

  test("text that is not a URL", async () => {
    expectError(await rlsmith(["inspect", dir, "--db", "not a url"]), 2, /URL/);
  });

  test("a login that may not make a scratch database", async () => {
    const { openServer } = await import("../../src/db/server.ts");
    const admin = await openServer(server.url);
    await admin.exec("create role small login password 'small-pw'");
    await admin.close();
    const result = await rlsmith(["inspect", dir, "--scratch", withUser("small", "small-pw")]);
    expectError(result, 4, /create/i);
    expect(result.stderr).not.toContain("small-pw");
  });

  test("a read-only server", async () => {
    const { openServer } = await import("../../src/db/server.ts");
    const admin = await openServer(server.url);
    await admin.exec(
      "create role ro login superuser password 'ro-pw'; alter role ro set default_transaction_read_only = on",
    );
    await admin.close();
    expectError(await rlsmith(["inspect", dir, "--scratch", withUser("ro", "ro-pw")]), 4, /read-only/);
    // to be read, a read-only database is good enough
    const read = await rlsmith(["inspect", dir, "--db", withUser("ro", "ro-pw"), "--format", "json"]);
    expect([0, 1], read.stderr).toContain(read.code);
  });
});
