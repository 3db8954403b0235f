import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as rlsmith from "../../src/index.ts";
import { plainScratch } from "../support/plain.ts";

// PostgreSQL as initdb leaves it: no schema `auth`.
const SCHEMA = `
  create schema app;
  create table public.docs (id uuid primary key, org_id uuid not null, owner uuid not null);
  alter table public.docs enable row level security;
  create policy docs_read on public.docs for select
    using (org_id = nullif(current_setting('app.org_id', true), '')::uuid);`;
const CLAIMS =
  "returns jsonb language sql stable as $$ select nullif(current_setting('request.jwt.claims', true), '')::jsonb $$";

let scratch: rlsmith.Scratch;
beforeAll(async () => {
  scratch = await plainScratch();
  await scratch.db.exec(SCHEMA);
});
afterAll(async () => scratch.close());

/** The code with which a plan is refused for the schema and these statements; null: it is not. */
async function refusal(statements: string, config: rlsmith.UserConfig): Promise<string | null> {
  const fork = await scratch.fork();
  try {
    await fork.db.exec(statements);
    rlsmith.plan(await rlsmith.inspect(fork.db), rlsmith.parseConfig(config));
    return null;
  } catch (error) {
    if (error instanceof rlsmith.RlsmithError) return error.code;
    throw error;
  } finally {
    await fork.close();
  }
}

const context = { "app.org_id": { claim: "org_id", type: "uuid" as const } };
const sessionOnly = [{ policy: "*", decision: "claim" as const, reason: "the gateway sends the claim" }];

describe("a source of claims that the database lacks", () => {
  test("auth.jwt(), which the config means where it names none", async () => {
    expect(await refusal("", { context, sessionOnly })).toBe("CLAIMS_SOURCE_MISSING");
  });
  test("a function of the project with another name, in another schema, or with an argument", async () => {
    const made = `create function app.claims(at text) ${CLAIMS}; create function public.claims() ${CLAIMS};`;
    expect(await refusal(made, { claims: "app.claims()", context, sessionOnly })).toBe("CLAIMS_SOURCE_MISSING");
  });
  test("a procedure cannot be called in a policy", async () => {
    const made = "create procedure app.claims() language sql as $$ select $$;";
    expect(await refusal(made, { claims: "app.claims()", context, sessionOnly })).toBe("CLAIMS_SOURCE_MISSING");
  });
  test("auth.uid(), which replaces `sub`, where a project has made auth.jwt() alone", async () => {
    const made = `create schema auth; create function auth.jwt() ${CLAIMS};`;
    const subject = { "app.user_id": { claim: "sub", type: "uuid" as const }, ...context };
    expect(await refusal(made, { context, sessionOnly })).toBeNull();
    expect(await refusal(made, { context: subject, sessionOnly })).toBe("CLAIMS_SOURCE_MISSING");
  });
});

describe("a source of claims that is there", () => {
  test("a function of the project's own", async () => {
    const made = `create function app.claims() ${CLAIMS};`;
    expect(await refusal(made, { claims: "app.claims()", context, sessionOnly })).toBeNull();
  });
  test("a setting needs no function", async () => {
    expect(await refusal("", { claims: "request.jwt.claims", context, sessionOnly })).toBeNull();
  });
  test("a config that maps nothing writes no call", async () => {
    expect(await refusal("", { keep: { "*": "this project stays on variables" } })).toBeNull();
  });
});
