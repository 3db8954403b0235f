import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { inspect } from "../../src/inspect/inspect.ts";
import { inspectCatalog } from "../../src/pipeline/inspection.ts";
import { verifyScratch } from "../../src/pipeline/verify.ts";
import { silent } from "../../src/progress.ts";
import { openScratch } from "../../src/scratch/open.ts";
import type { Scratch } from "../../src/scratch/scratch.ts";

/** A tenant table of a login `app`, in a schema whose name Supabase also uses. */
const table = (name: string, policy: string): string => `
  create table ${name} (id uuid primary key default gen_random_uuid(), org_id int not null, body text not null default '');
  alter table ${name} enable row level security;
  create policy tenant on ${name} to app ${policy};
  grant select, insert, update, delete on ${name} to app;`;
const OWN = "using (org_id = nullif(current_setting('app.org_id', true), '')::int)";
const CLAIM = `using (org_id = (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'org_id')::int)`;

let scratch: Scratch;
beforeAll(async () => {
  scratch = await openScratch({ kind: "embedded" }, { platform: { kind: "plain" } });
  await scratch.db.exec("create role app nologin");
});
afterAll(async () => scratch.close());

async function judged(schema: string, sql: string): Promise<{ breaches: string[]; findings: string[] }> {
  const fork = await scratch.fork();
  try {
    await fork.db.exec(`create schema ${schema}; grant usage on schema ${schema} to app; ${sql}`);
    const catalog = await inspect(fork.db);
    const found = await verifyScratch(fork.db, catalog, null, () => {}, silent);
    return {
      breaches: found.breaches.map(({ door, object }) => `${door} ${object.name}`),
      findings: inspectCatalog(catalog).findings.map(({ code }) => code),
    };
  } finally {
    await fork.close();
  }
}

describe("a plain project's own schema with a name of Supabase's", () => {
  test("auth: a table that is open to every tenant", async () => {
    const { breaches, findings } = await judged(
      "auth",
      `${table("auth.note", CLAIM)} create policy extra on auth.note for select to app using (true);`,
    );
    expect(breaches).toEqual(["policy auth.note"]);
    expect(findings).toContain("policy-always-true");
  });

  test("storage: policies that believe a variable", async () => {
    const { breaches } = await judged("storage", table("storage.files", OWN));
    expect(breaches).toEqual(["session-variable storage.files"]);
  });

  test("vault: a view with its owner's rights", async () => {
    const { breaches } = await judged(
      "vault",
      `${table("vault.note", CLAIM)} create view vault.every as select * from vault.note; grant select on vault.every to app;`,
    );
    expect(breaches).toEqual(["view vault.every"]);
  });

  test("net: a function with its owner's rights", async () => {
    const { breaches } = await judged(
      "net",
      `${table("net.note", CLAIM)} create function net.find(wanted uuid) returns setof net.note language sql security definer
         as 'select * from net.note where id = wanted'; grant execute on function net.find(uuid) to app;`,
    );
    expect(breaches).toEqual(["function net.find(uuid)"]);
  });

  test("cron: a table without row security is a finding and a breach", async () => {
    const { breaches, findings } = await judged(
      "cron",
      `${table("cron.note", CLAIM)} alter table cron.note disable row level security;`,
    );
    expect(breaches).toEqual(["rls-off cron.note"]);
    expect(findings).toContain("rls-off-with-policies");
  });

  test("a clean one has no breach", async () => {
    const { breaches } = await judged("realtime", table("realtime.note", CLAIM));
    expect(breaches).toEqual([]);
  });
});
