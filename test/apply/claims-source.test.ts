import { afterAll, beforeAll, expect, test } from "vitest";
import * as rlsmith from "../../src/index.ts";
import { startServer, type TestServer } from "../support/server.ts";

const SCHEMA = `
  create table public.docs (id uuid primary key, org_id uuid not null);
  alter table public.docs enable row level security;
  create policy docs_read on public.docs for select
    using (org_id = coalesce(nullif(current_setting('app.org_id', true), '')::uuid));`;
const JWT = `create schema auth; create function auth.jwt() returns jsonb language sql stable
  as $$ select nullif(current_setting('request.jwt.claims', true), '')::jsonb $$;`;

let server: TestServer;
let db: rlsmith.Db & { close(): Promise<void> };
beforeAll(async () => {
  server = await startServer(15);
  db = await rlsmith.connect(server.url);
});
afterAll(async () => {
  await db.close();
  await server.stop();
});

test("a target without the function that the plan calls: refused before anything is written", async () => {
  await db.exec(SCHEMA + JWT);
  const { plan } = rlsmith.plan(
    await rlsmith.inspect(db),
    rlsmith.parseConfig({
      context: { "app.org_id": { claim: "org_id", type: "uuid" } },
      sessionOnly: [{ policy: "*", decision: "claim", reason: "the gateway sends the claim" }],
    }),
  );
  expect(plan.steps.length).toBe(1);

  await db.exec("drop schema auth cascade");
  await expect(rlsmith.apply(server.url, plan)).rejects.toMatchObject({ code: "TARGET_LACKS_CLAIMS" });
  expect(await db.query("select from pg_namespace where nspname = 'rlsmith'")).toEqual([]);

  // a function of another name, and one with an argument, are no help
  await db.exec(
    "create schema auth; create function auth.jwt(at text) returns jsonb language sql as $$ select '{}'::jsonb $$;",
  );
  await expect(rlsmith.apply(server.url, plan)).rejects.toMatchObject({ code: "TARGET_LACKS_CLAIMS" });

  await db.exec("drop schema auth cascade");
  await db.exec(JWT);
  expect((await rlsmith.apply(server.url, plan)).outcome).toBe("applied");
});
