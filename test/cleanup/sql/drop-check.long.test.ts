import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BOOTSTRAP } from "../../../src/scratch/bootstrap.ts";
import { rlsmith, type CliResult } from "../../support/cli.ts";
import { startDebianServer, type DebianServer } from "../../support/debian-server.ts";
import { lintMissing } from "../../support/supabase.ts";

// The drop of a setter is tried on a live database with plpgsql_check, and rolled back.

const PROJECT = `
create table note (id uuid primary key, org_id uuid, body text);
create function set_org(p_org uuid) returns void language plpgsql as $$ begin perform set_config('app.org_id', p_org::text, true); end $$;
create function add_note(p_org uuid) returns uuid language plpgsql as $$
begin
  perform set_org(p_org);
  insert into note values (gen_random_uuid(), p_org, '');
  return p_org;
end $$;
create function broken() returns void language plpgsql as $$ begin insert into no_such_relation values (1); end $$;
create function count_notes() returns bigint language sql as $$ select count(*) from note $$;
create function stamp() returns trigger language plpgsql as $$ begin new.body := upper(new.body); return new; end $$;
create trigger stamp before insert on note for each row execute function stamp();
create function no_trigger() returns trigger language plpgsql as $$ begin return new; end $$;
`;

const CONFIG = `import { defineConfig } from "rlsmith";
export default defineConfig({
  context: { "app.org_id": { claim: "app_metadata.org_id", type: "uuid" } },
  cleanup: { functions: { "public.computed": { decision: "keep", reason: "it only counts" } } },
});
`;

describe.skipIf(lintMissing !== null)(`the drop, tried${lintMissing === null ? "" : ` (${lintMissing})`}`, () => {
  let server: DebianServer;
  let dir: string;

  beforeAll(async () => {
    const started = await startDebianServer();
    if (started === null) throw new Error("no server");
    server = started;
    dir = mkdtempSync(join(tmpdir(), "rlsmith-drop-"));
    writeFileSync(join(dir, "rlsmith.config.ts"), CONFIG);
    await server.exec("postgres", BOOTSTRAP);
    await server.exec("postgres", "create role reader login password 'test-pw'");
  });
  afterAll(() => {
    server.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  /** Clean up a database of its own with the project and these statements. */
  async function cleanup(database: string, sql: string, login?: string): Promise<CliResult> {
    await server.exec("postgres", `create database ${database}`);
    await server.exec(database, [BOOTSTRAP, PROJECT, sql].join(";\n"));
    const state = async (): Promise<unknown> => {
      const client = new pg.Client({ connectionString: server.url(database) });
      await client.connect();
      const { rows } = await client.query<{ state: string }>(
        "select string_agg(p.oid::text || p.xmin::text, ',' order by p.oid) || (select count(*) from pg_extension) as state from pg_proc p where p.pronamespace = 'public'::regnamespace",
      );
      await client.end();
      return rows;
    };
    const before = await state();
    const ran = await rlsmith(["cleanup", "--sql", "--dry-run", "--no-rehearse", "--db", server.url(database, login)], {
      cwd: dir,
    });
    // nothing of it is left
    expect(await state()).toEqual(before);
    return ran;
  }

  test("with plpgsql_check: no new error, and the old one is none", async () => {
    const ran = await cleanup("plain", "");
    expect(ran.stdout).toContain(
      "✓ tried on the live database and rolled back (plpgsql_check on 3 functions in PL/pgSQL, 1 function in SQL made again): 0 new errors, 1 that were there before",
    );
    expect(ran.stdout).toContain("missing: an answer about no_trigger()");
    expect(ran.stdout).toContain("Dropped, last: public.set_org(p_org uuid)");
    expect(ran.code).toBe(0);
  });

  test("a caller whose name is put together of constants", async () => {
    const ran = await cleanup(
      "folded",
      "create function computed() returns void language plpgsql as $$ begin execute 'select set_' || 'org(null)'; end $$",
    );
    expect(ran.stdout).toContain("computed(): 42883");
    expect(ran.stdout).toContain("Not dropped: public.set_org(p_org uuid)");
    expect(ran.stdout).not.toMatch(/^drop function .*set_org/m);
    expect(ran.code).toBe(3);
  });

  test("an operator that needs the setter", async () => {
    const ran = await cleanup("operator", "create operator @! (function = set_org, rightarg = uuid)");
    expect(ran.stdout).toContain("the drop was tried on the live database and refused: 2BP01");
    expect(ran.stdout).not.toMatch(/^drop function .*set_org/m);
    expect(ran.code).toBe(3);
  });

  test("a login that may not read the jobs", async () => {
    const ran = await cleanup("unread_jobs", "", "reader");
    expect(ran.stdout).toContain("? jobs that the login may not read in cron.job: app.org_id, set_org");
    expect(ran.stdout).not.toMatch(/^drop function .*set_org/m);
    expect(ran.code).toBe(3);
  });

  test("a login that may not drop it", async () => {
    const ran = await cleanup(
      "foreign_owner",
      "grant usage on schema cron to reader; grant select on cron.job to reader",
      "reader",
    );
    expect(ran.stdout).toContain("the drop was tried on the live database and refused: 42501");
    expect(ran.stdout).not.toMatch(/^drop function .*set_org/m);
    expect(ran.code).toBe(3);
  });
});
