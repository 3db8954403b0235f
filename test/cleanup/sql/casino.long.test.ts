import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { BOOTSTRAP } from "../../../src/scratch/bootstrap.ts";
import { rlsmith } from "../../support/cli.ts";
import { startServer, type TestServer } from "../../support/server.ts";

// The casino from its policies to its last function: plan, apply, cleanup, apply, and back, on a real server.

const CASINO = resolve(import.meta.dirname, "../../../examples/casino");

let server: TestServer;
let client: pg.Client;
let dir: string;

beforeAll(async () => {
  server = await startServer(15);
  client = new pg.Client(server.url);
  await client.connect();
  await client.query(BOOTSTRAP);
  dir = join(mkdtempSync(join(tmpdir(), "rlsmith-cleanup-")), "casino");
  cpSync(CASINO, dir, { recursive: true, filter: (from) => !from.includes("node_modules") });
  const migrations = join(dir, "supabase/migrations");
  for (const name of readdirSync(migrations).toSorted())
    await client.query(readFileSync(join(migrations, name), "utf8"));
}, 120_000);
afterAll(async () => {
  await client.end();
  await server.stop();
  rmSync(dir, { recursive: true, force: true });
});

/** Every function of the project with all that decides who may call it and how. */
const functions = async (): Promise<unknown[]> =>
  (
    await client.query(
      `select p.oid::regprocedure::text as name, pg_get_functiondef(p.oid) as definition, pg_get_userbyid(p.proowner) as owner,
         array(select a::text from unnest(coalesce(p.proacl, acldefault('f', p.proowner))) a order by 1) as acl,
         obj_description(p.oid, 'pg_proc') as comment
       from pg_proc p where p.pronamespace = 'public'::regnamespace and p.prokind in ('f', 'p') order by 1`,
    )
  ).rows;

const run = async (...args: string[]) => rlsmith(args, { cwd: dir, env: { STAGING_URL: server.url } });

test("after plan and apply, cleanup takes out the variables, and rollback brings them back", async () => {
  const early = await run("cleanup", "--sql", "--no-rehearse");
  expect(early.stderr).toContain("POLICIES_READ_VARIABLES");
  expect(early.code).toBe(3);

  expect(await run("plan", "--no-rehearse")).toMatchObject({ code: 0 });
  expect(await run("apply", "--target", "staging")).toMatchObject({ code: 0 });
  const before = await functions();

  const cleaned = await run("cleanup", "--sql");
  expect(cleaned.stdout).toContain("Dropped, last: public.set_rls_context(");
  expect(cleaned.stdout).toMatch(/✓ 0 differences, 0 of them not announced\n.*\n/);
  expect(cleaned).toMatchObject({ code: 0 });

  expect(await run("apply", "--plan", ".rlsmith/cleanup.json", "--target", "staging")).toMatchObject({ code: 0 });
  const after = await functions();
  expect(after).toHaveLength(before.length - 1);
  expect(JSON.stringify(after)).not.toMatch(/set_rls_context|app\.(casino_id|actor_id|staff_role)/);

  // The migration is in the folder now, and a second run has nothing to do.
  const again = await run("cleanup", "--sql");
  expect(again.stdout).toContain("nothing to do");
  expect(again).toMatchObject({ code: 0 });

  expect(await run("rollback", "--target", "staging")).toMatchObject({ code: 0 });
  expect(await functions()).toEqual(before);
}, 600_000);
