import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Db } from "../../../src/db/port.ts";
import { dropPolicy } from "../../../src/pg/policy-sql.ts";
import { quoteIdent } from "../../../src/pg/identifier.ts";
import { quoteName } from "../../../src/pg/name.ts";
import type { Policy } from "../../../src/pg/policy.ts";
import { pgtap } from "../../../src/verify/emit/pgtap.ts";
import { vitest } from "../../../src/verify/emit/vitest.ts";
import { migratedCasino, type Migrated } from "../../support/casino.ts";
import { debianMissing, startDebianServer, type DebianServer, type Ran } from "../../support/debian-server.ts";
import { emittedPgtap, emittedTests } from "../../support/emitted.ts";
import { sliced } from "../../support/slice.ts";
import { withFork } from "../../support/fork.ts";

// a reporter may keep skipped tests to itself
if (debianMissing !== null) console.warn(`pgTAP tests of the casino are skipped: ${debianMissing}`);

describe.skipIf(debianMissing !== null)("the casino's emitted pgTAP file, after the migration", () => {
  let server: DebianServer;
  let casino: Migrated;
  let folder: string;
  let text: string;
  let planned: number;

  beforeAll(async () => {
    const started = await startDebianServer();
    if (!started) throw new Error("the packages are there, and the server is not");
    server = started;
    folder = mkdtempSync(join(tmpdir(), "rlsmith-pgtap-"));
    casino = await migratedCasino({ kind: "server", url: server.url("postgres"), superuser: true });
    const { scratch, catalog } = casino.after;
    text = await emittedPgtap(scratch, catalog, casino.config, "casino");
    planned = Number(/^select plan\((\d+)\);$/m.exec(text)?.[1]);
    writeFileSync(join(folder, "rls_isolation.test.sql"), text);
  });
  afterAll(async () => {
    await casino?.close();
    server?.stop();
    rmSync(folder, { recursive: true });
  });

  /** Run the file on a copy of the casino, changed. */
  const prove = async (change: string, login?: string): Promise<Ran> => {
    const run = async (db: Db): Promise<Ran> => {
      const [row] = await db.query<{ name: string }>("select current_database() as name");
      return server.pgProve(row?.name ?? "", folder, login);
    };
    return withFork(change, run, casino.after.scratch);
  };
  const policyOf = (relation: string, fits: (policy: Policy) => boolean): Policy => {
    const found = casino.after.catalog.policies.find((policy) => policy.relation === relation && fits(policy));
    if (!found) throw new Error(`no such policy on ${relation}`);
    return found;
  };
  const on = ({ schema, relation }: Policy): string => quoteName({ schema, name: relation });

  test("is small enough to be read, has one plan, and is the same when it is made anew", async () => {
    expect(text.split("\n").length).toBeLessThan(1500);
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(160);
    expect(text.match(/^select plan\(/gm)).toHaveLength(1);
    const { scratch, catalog } = casino.after;
    expect(await emittedPgtap(scratch, catalog, casino.config, "casino")).toBe(text);
  });

  // the attack takes a minute: in one slice of four
  test.each(sliced(["before the migration", "", "", ""]).filter((title) => title !== ""))("%s, too", async () => {
    const { scratch, catalog } = casino.before;
    const tests = await emittedTests(scratch.db, catalog, casino.config, "casino");
    for (const open of [pgtap(tests), vitest(tests)]) {
      expect(open.split("\n").length).toBeLessThan(1500);
      expect(Math.max(...open.split("\n").map((line) => line.length))).toBeLessThanOrEqual(160);
    }
  });

  test("passes", async () => {
    const { code, output } = await prove("");
    expect([code, output.slice(-200)]).toEqual([0, expect.stringContaining(`Files=1, Tests=${planned},`)]);
  });

  test("passes as Supabase's own postgres, which is no superuser", async () => {
    const { code, output } = await prove(
      "alter role postgres login password 'test-pw'; create extension pgtap with schema extensions",
      "postgres",
    );
    expect([code, output.slice(-600)]).toEqual([0, expect.stringContaining(`Files=1, Tests=${planned},`)]);
  });

  const visits = (): Policy => policyOf("visit", ({ command }) => command === "SELECT");
  test.each<[string, () => string]>([
    ["a policy says true", () => `alter policy ${quoteIdent(visits().name)} on ${on(visits())} using (true)`],
    ["a policy is gone", () => dropPolicy(visits())],
    ["row security is off", () => "alter table public.visit disable row level security"],
    ["another policy lets everybody in", () => "create policy extra on public.visit using (true)"],
    ["somebody else may update", () => "create policy extra on public.staff for update to anon using (true)"],
    ["a role is above row security", () => "alter role authenticated bypassrls"],
  ])("fails when it is weakened: %s", async (_what, change) => {
    const { code, output } = await prove(change());
    // roles are the server's, not the copy's
    await server.exec("postgres", "alter role authenticated nobypassrls");
    expect(code).not.toBe(0);
    expect(output).toMatch(/^not ok \d+ - /m);
    expect(output).toMatch(new RegExp(`^(not )?ok ${planned} - `, "m"));
  });
});
