import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BOOTSTRAP } from "../../../src/scratch/bootstrap.ts";
import type { IsolationTests } from "../../../src/verify/emit/isolation-tests.ts";
import { pgtap } from "../../../src/verify/emit/pgtap.ts";
import { debianMissing, startDebianServer, type DebianServer, type Ran } from "../../support/debian-server.ts";
import { CLINIC, OTHER_ROWS, PLANNED, WEAKENED, clinicTests, leftBehind } from "./clinic.ts";
import { HOSTILE, hostileTests } from "./hostile.ts";

const text = pgtap(clinicTests);

test("one plan, one transaction, and the same text every time", () => {
  expect(pgtap(structuredClone(clinicTests))).toBe(text);
  expect(text.match(/\bselect plan\((\d+)\);/g)).toEqual([`select plan(${PLANNED});`]);
  expect(text.match(/^(begin|commit|rollback);$/gm)).toEqual(["begin;", "rollback;"]);
});

test("a check of a persona that is not there is a bug of the caller", () => {
  expect(() => pgtap({ ...clinicTests, personas: [] })).toThrow("names a persona that is not there");
});

test("no line of the file ends inside a literal: only statements span lines", () => {
  const check = { ...clinicTests.checks[0], attack: "two\nlines # TODO \\ later" } as IsolationTests["checks"][number];
  const printed = pgtap({ ...clinicTests, title: "a\nselect 1;", checks: [check] });
  expect(printed).toContain("two lines \\\\# TODO \\\\\\\\ later");
  expect(printed).not.toMatch(/^select 1;/m);
});

// a reporter may keep skipped tests to itself
if (debianMissing !== null) console.warn(`pgTAP tests are skipped: ${debianMissing}`);

describe.skipIf(debianMissing !== null)(
  `PostgreSQL 15 and pgTAP from Debian${debianMissing === null ? "" : `: ${debianMissing}`}`,
  () => {
    let server: DebianServer;
    let folder: string;
    let databases = 0;

    /** A copy of the clinic, changed. */
    const database = async (sql = "", template = "clinic"): Promise<string> => {
      const name = `t${(databases += 1)}`;
      await server.exec("postgres", `create database ${name} template ${template}`);
      if (sql !== "") await server.exec(name, sql);
      return name;
    };
    const prove = async (name: string, login?: string, sql = text): Promise<Ran> => {
      writeFileSync(join(folder, "rls_isolation.test.sql"), sql);
      return server.pgProve(name, folder, login);
    };
    const passed = (planned = PLANNED) => ({
      code: 0,
      output: expect.stringMatching(new RegExp(`^All tests successful\\.\nFiles=1, Tests=${planned},`, "m")) as string,
    });

    beforeAll(async () => {
      const started = await startDebianServer();
      if (!started) throw new Error("the packages are there, and the server is not");
      server = started;
      folder = mkdtempSync(join(tmpdir(), "rlsmith-pgtap-"));
      await server.exec("postgres", "create database clinic");
      await server.exec("clinic", BOOTSTRAP);
      await server.exec("clinic", CLINIC);
      // as on Supabase: no superuser, above row security, member of the roles of requests, owner of nothing here
      await server.exec(
        "clinic",
        "alter role postgres login password 'test-pw'; grant all on all tables in schema public to postgres",
      );
      await server.exec(
        "clinic",
        "create role tenant_app noinherit login password 'test-pw'; grant anon, authenticated to tenant_app",
      );
    });
    afterAll(() => {
      server?.stop();
      rmSync(folder, { recursive: true });
    });

    test("passes, twice, and leaves the database as it was", async () => {
      const name = await database(OTHER_ROWS);
      const before = await server.dump(name);
      expect(await prove(name)).toEqual(passed());
      expect(await prove(name)).toEqual(passed());
      expect(await server.dump(name)).toBe(before);
    });

    test.each([
      ["in extensions", "create extension pgtap with schema extensions"],
      ["in public", "create extension pgtap with schema public"],
      [
        "in a schema of its own",
        'create schema "Tap"; create extension pgtap with schema "Tap"; grant usage on schema "Tap" to public',
      ],
      ["nowhere, and there is no schema extensions", "drop schema extensions"],
    ])("pgTAP is %s", async (_where, sql) => {
      const name = await database(sql);
      const before = await server.dump(name);
      expect(await prove(name)).toEqual(passed());
      expect(await server.dump(name)).toBe(before);
    });

    test("a login that is no superuser, and one whose session has claims and variables already", async () => {
      const name = await database(`${OTHER_ROWS} create extension pgtap with schema extensions`);
      expect(await prove(name, "postgres")).toEqual(passed());
      await server.exec(name, leftBehind(name));
      expect(await prove(name, "postgres")).toEqual(passed());
    });

    test("nobody but the owner may call set_config", async () => {
      const name = await database("revoke execute on function pg_catalog.set_config(text, text, boolean) from public");
      const { output } = await prove(name);
      // the one persona that calls it itself, and should see its own rows all the same
      expect(output.match(/^not ok .*$/gm)).toEqual([
        expect.stringContaining("sees its own visits with a variable that says B"),
      ]);
    });

    test("functions of the project that are called as pgTAP's hide none, and none is hidden from the project", async () => {
      // of has_role, pgTAP's own would be the better match
      const name = await database(`
        create function public.is(a anyelement, b anyelement, c text) returns text language sql as $$ select 'ok 1' $$;
        create function public.plan(a integer) returns text language sql as $$ select '1..1' $$;
        create function public.has_role(who text) returns boolean language sql stable as $$ select true $$;
        create function public.same_org(org uuid) returns boolean language plpgsql stable as $$
          begin return has_role(current_user) and org = (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid; end $$;
        alter policy visit_select on public.visit using (public.same_org(org_id))`);
      expect(await prove(name)).toEqual(passed());
      await server.exec(name, "create schema tap; create extension pgtap with schema tap");
      expect(await prove(name)).toEqual(passed());
    });

    test.each(Object.entries(WEAKENED))("weakened: %s", async (_what, sql) => {
      const name = await database(sql);
      const { code, output } = await prove(name);
      await server.exec("postgres", "alter role anon nobypassrls");
      expect(code).not.toBe(0);
      expect(output).toMatch(/^not ok \d+ - /m);
      // all tests were run: a failure is one of the tests, not of the file
      expect(output).toContain(`\n1..${PLANNED}\n`);
      expect(output).toMatch(new RegExp(`^(not )?ok ${PLANNED} - `, "m"));
    });

    test("a login that row security holds back, or that may not become a role, fails: it would see no change", async () => {
      const name =
        await database(`create extension pgtap with schema extensions; grant usage on schema extensions to tenant_app;
        grant all on all tables in schema public to tenant_app;
        create policy app on public.visit to tenant_app using (true); create policy app on public.invoice to tenant_app using (true)`);
      const held = await prove(name, "tenant_app");
      expect(held.code).not.toBe(0);
      expect(held.output).toContain("query would be affected by row-level security policy");
      await server.exec(name, "revoke anon from tenant_app; alter role tenant_app bypassrls");
      const stranger = await prove(name, "tenant_app");
      expect(stranger.code).not.toBe(0);
      expect(stranger.output).toContain('permission denied to set role "anon"');
    });

    test("a title cannot turn a failure into something to do later", async () => {
      const checks = clinicTests.checks.map((check, n) => ({ ...check, attack: `${n} # TODO not yet` }));
      const name = await database(WEAKENED["using true"]);
      const { code } = await prove(name, undefined, pgtap({ ...clinicTests, checks }));
      expect(code).not.toBe(0);
    });

    test("hostile names and values", async () => {
      const name = await database(HOSTILE);
      expect(await prove(name, undefined, pgtap(hostileTests))).toEqual(passed(hostileTests.checks.length + 2));
      await server.exec(name, 'alter policy p on "My $rlsmith$ ""Shop""".":ord\\er" using (true)');
      expect((await prove(name, undefined, pgtap(hostileTests))).code).not.toBe(0);
    });

    test("standard_conforming_strings off", async () => {
      const name = await database(
        `${HOSTILE}; alter database ${`t${databases}`} set standard_conforming_strings = off`,
      );
      expect(await prove(name, undefined, pgtap(hostileTests))).toEqual(passed(hostileTests.checks.length + 2));
    });
  },
);
