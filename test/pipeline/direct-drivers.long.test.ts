import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseConfig } from "../../src/config.ts";
import { openSource } from "../../src/pipeline/source.ts";
import { planSource } from "../../src/pipeline/plan.ts";
import { silent } from "../../src/progress.ts";
import { project } from "../support/cli.ts";
import { inThisProcess } from "../support/in-process.ts";

const SQL = `
create table public.note (id uuid primary key, org_id uuid not null);
alter table public.note enable row level security;
create policy note_read on public.note for select to authenticated using (org_id = coalesce(
  nullif(current_setting('app.org_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid));
`;

const packageWith = (...names: string[]): string =>
  JSON.stringify({ dependencies: Object.fromEntries(["@supabase/supabase-js", ...names].map((name) => [name, "*"])) });

const filesWith = (...names: string[]): Record<string, string> => ({
  "supabase/migrations/20250101000000_a.sql": SQL,
  "package.json": packageWith(...names),
});

/** The warnings of the plan of a project about direct connections. */
async function warned(files: Record<string, string>, requests?: object): Promise<string[]> {
  const projectDir = project(files);
  const scratch = { kind: "embedded" } as const;
  const source = await openSource({ projectDir, scratch, strict: true, config: null, progress: silent });
  try {
    const context = { "app.org_id": { claim: "app_metadata.org_id", type: "uuid" } };
    const config = parseConfig({ context, ...(requests === undefined ? {} : { requests }) });
    const { plan } = planSource(source, config, projectDir, null, new Date());
    const found = plan.findings.filter(({ code }) => code === "direct-connection-without-claims");
    return found.map(({ severity, message }) => `${severity}: ${message}`);
  } finally {
    await source.close();
  }
}

test("plan warns where package.json has a driver beside the API, until the config says who sets the claims", async () => {
  const files = filesWith("drizzle-orm", "postgres");
  const expected = [expect.stringMatching(/^warning: .*`drizzle-orm`, `postgres`.*public\.note\.note_read/)];
  expect(await warned(files)).toEqual(expected);
  expect(await warned(filesWith("@prisma/client"))).toEqual([expect.stringContaining("`@prisma/client`")]);
  // the API alone is no answer for the other path
  expect(await warned(files, { claims: "sent", reason: "the API of Supabase sends them" })).toEqual(expected);
  const direct = "the login is postgres, which has BYPASSRLS";
  expect(await warned(files, { claims: "sent", reason: "the API sends them", direct })).toEqual([]);
  // without a driver a query builder connects to nothing
  expect(await warned(filesWith("drizzle-orm"))).toEqual([]);
  expect(await warned(filesWith())).toEqual([]);
  expect(await warned({ ...filesWith(), "package.json": "no JSON" })).toEqual([]);
});

test("init says it on the terminal and in the config", async () => {
  const dir = project(filesWith("kysely", "pg"));
  const { code, stderr } = await inThisProcess(["init", dir, "--yes"]);
  expect([code, stderr]).toEqual([0, expect.stringContaining("! package.json names kysely, pg")]);
  const config = readFileSync(join(dir, "rlsmith.config.ts"), "utf8");
  expect(config).toMatch(/package\.json names kysely, pg[^]*direct: "…"[^]*requests: \{ claims: "sent"/);
});
