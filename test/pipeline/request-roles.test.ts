import { afterAll, beforeAll, expect, test } from "vitest";
import { inspect } from "../../src/inspect/index.ts";
import { requestRoles } from "../../src/pipeline/request-roles.ts";
import { openScratch, type Scratch } from "../../src/scratch/index.ts";

// Which roles a token may name: a role that does not exist cannot be taken.

let base: Scratch;
beforeAll(async () => {
  base = await openScratch({ kind: "embedded" }, { platform: { kind: "plain" } });
  await base.db.exec(`
    create table bill (id int, shop text);
    alter table bill enable row level security;
    create role clerk nologin;
    create role auditor nologin bypassrls;
  `);
});
afterAll(async () => base.close());

async function rolesAfter(sql: string): Promise<string[] | undefined> {
  const fork = await base.fork();
  try {
    await fork.db.exec(sql);
    return requestRoles(await inspect(fork.db));
  } finally {
    await fork.close();
  }
}

const POLICY = "create policy bill_read on bill to PUBLIC_OR using (shop = 'a');";

test.each([
  ["those of the policies", POLICY.replace("PUBLIC_OR", "clerk, auditor"), ["clerk"]],
  [
    "those that hold a privilege, where the policies are for everybody",
    `${POLICY.replace("PUBLIC_OR", "public")} grant select on bill to clerk, auditor;`,
    ["clerk"],
  ],
  ["none, where nobody but the owner may read", POLICY.replace("PUBLIC_OR", "public"), undefined],
  [
    "those of Supabase, where they exist",
    `create role anon nologin; create role authenticated nologin; ${POLICY.replace("PUBLIC_OR", "authenticated")}`,
    undefined,
  ],
  [
    "those of Supabase, and one that a policy names beside them",
    `create role anon nologin; create role authenticated nologin; ${POLICY.replace("PUBLIC_OR", "clerk, authenticated, auditor")}`,
    ["authenticated", "anon", "clerk"],
  ],
  [
    "a role without login that inherits from one of them, as a token names it, and not the login that takes it",
    `create role cashier nologin in role clerk; create role porter login in role clerk; ${POLICY.replace("PUBLIC_OR", "clerk")}`,
    ["cashier", "clerk"],
  ],
  [
    "those that may read a column",
    `${POLICY.replace("PUBLIC_OR", "public")} grant select (id) on bill to clerk;`,
    ["clerk"],
  ],
])("%s", async (_name, sql, roles) => {
  expect(await rolesAfter(sql)).toEqual(roles);
});
