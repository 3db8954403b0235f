import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FINDINGS, type FindingPage, type FindingStage } from "../../src/codes/index.ts";
import { parseConfig } from "../../src/config.ts";
import type { Finding } from "../../src/finding.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import { inspectCatalog } from "../../src/pipeline/inspection.ts";
import { rewriteCatalog } from "../../src/rewrite/run.ts";
import { readMigrations } from "../../src/migration-tools/index.ts";
import { openScratch } from "../../src/scratch/open.ts";
import { replay } from "../../src/scratch/replay.ts";
import type { Scratch } from "../../src/scratch/scratch.ts";
import { look } from "../claims/support.ts";

let scratch: Scratch;
let ownRoles: string[];
const roleNames = async (): Promise<string[]> =>
  (await scratch.db.query<{ name: string }>("select rolname as name from pg_roles")).map(({ name }) => name);
beforeAll(async () => {
  scratch = await openScratch({ kind: "embedded" });
  ownRoles = await roleNames();
});
afterAll(async () => scratch?.close());

/** The findings of the stage for a database that holds nothing but the example. */
const RUN: Record<FindingStage, (example: NonNullable<FindingPage["example"]>) => Promise<Finding[]>> = {
  replay: async ({ sql }) => {
    const folder = mkdtempSync(join(tmpdir(), "rlsmith-example-"));
    try {
      writeFileSync(join(folder, "0001_example.sql"), sql);
      return (await replay(scratch, await readMigrations(folder, "plain"))).notices;
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
  inspect: async ({ sql }) => {
    await scratch.db.exec(sql);
    return inspectCatalog(await inspect(scratch.db), null).findings;
  },
  plan: async ({ sql, config }) => {
    await scratch.db.exec(sql);
    const catalog = await inspect(scratch.db);
    const parsed = parseConfig(config ?? {}, "example");
    return rewriteCatalog(catalog, inspectCatalog(catalog, parsed).classified, parsed).findings;
  },
  claims: async ({ sql }) => {
    await scratch.db.exec(sql);
    return (await look(scratch.db)).findings;
  },
};

describe("the example of a page leads to its finding and to no other", () => {
  const entries: [string, FindingPage][] = Object.entries(FINDINGS);
  const cases = entries.flatMap(([code, page]) =>
    page.example === null ? [] : [{ code, page, example: page.example }],
  );

  test.each(cases)("$code", async ({ code, page, example }) => {
    await scratch.db.exec(
      "drop schema public cascade; create schema public; grant usage on schema public to public; delete from auth.users;",
    );
    for (const name of (await roleNames()).filter((role) => !ownRoles.includes(role)))
      await scratch.db.exec(`drop owned by ${name}; drop role ${name};`);
    const found = await RUN[page.by[0]](example);
    expect(found.map((one) => [one.code, one.severity])).toEqual([[code, page.severity[0]]]);
  });

  test("every finding about a catalog has an example, except the one on a role that PostgreSQL does not let drop", () => {
    const without = entries.filter(([, { by, example }]) => by[0] === "inspect" && example === null);
    expect(without.map(([code]) => code)).toEqual(["policy-for-missing-role"]);
  });
});
