import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openServer } from "../../src/db/server.ts";
import { openSource } from "../../src/pipeline/source.ts";
import { verifySource } from "../../src/pipeline/verify.ts";
import type { ReplayReport } from "../../src/scratch/index.ts";
import type { Verification } from "../../src/verify/matrix/verification.ts";
import { project } from "../support/cli.ts";
import { startServer, type TestServer } from "../support/server.ts";

const ORG = "nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'org_id'";
const table = (name: string, role: string): string => `
create table ${name} (id uuid primary key default gen_random_uuid(), org_id text not null, label text not null);
alter table ${name} enable row level security;
create policy own on ${name} to ${role} using (org_id = ${ORG}) with check (org_id = ${ORG});
grant select, insert, update, delete on ${name} to ${role};`;
const HOLE = (role: string): string => `create policy all_of_them on public.orders for select to ${role} using (true);`;

/** Its own accounts in a schema that Supabase uses too. */
const ACCOUNTS = `create role shop_user login;
create schema auth;
create table auth.users (id uuid primary key default gen_random_uuid(), email text not null);
alter table auth.users enable row level security;
grant usage on schema auth to shop_user;
${table("public.orders", "shop_user")}`;

/** One login, which owns its tables: FORCE, and the tenant in a variable. */
const RAILS = `create role rails login;
create table public.orders (id uuid primary key default gen_random_uuid(), org_id text not null, label text not null);
alter table public.orders enable row level security;
alter table public.orders force row level security;
create policy own on public.orders using (org_id = current_setting('app.org_id', true));
grant create on schema public to rails;
alter table public.orders owner to rails;`;

/** A login that may create databases and nothing else, and the roles that an administrator has created for it. */
describe.each([15, 18] as const)("PostgreSQL %i, a login with CREATEDB only", (major) => {
  let server: TestServer;
  let url = "";
  beforeAll(async () => {
    server = await startServer(major);
    url = server.url.replace("postgres:test-pw@", "maker:maker-pw@");
  });
  afterAll(async () => server.stop());

  async function attacked(
    sql: string,
    before: string,
  ): Promise<{ found: Verification; report: ReplayReport | null; said: string[] }> {
    const admin = await openServer(server.url);
    const said: string[] = [];
    try {
      await admin.exec(`create role maker login createdb password 'maker-pw'; ${before}`);
      const source = await openSource({
        projectDir: project({ "migrations/0001_tables.sql": sql }),
        scratch: { kind: "server", url },
        strict: false,
        progress: { tick: () => {}, done: (what, text) => void said.push(`${what}: ${text}`) },
      });
      try {
        const found = await verifySource(source, null, () => {}, { tick: () => {}, done: () => {} });
        return { found, report: source.origin.kind === "migrations" ? source.origin.report : null, said };
      } finally {
        await source.close();
      }
    } finally {
      const roles = await admin.query<{ name: string }>(
        "select rolname as name from pg_roles where rolname !~ '^pg_' and rolname <> 'postgres'",
      );
      // what is left is what this test has made
      for (const { name } of roles) await admin.exec(`drop role ${name}`);
      await admin.close();
    }
  }

  const messages = ({ notes }: Verification, code: string): string[] =>
    notes.filter((note) => note.code === code).map(({ message }) => message);
  const breaches = ({ breaches: all }: Verification): string[] =>
    all.map(({ door, object }) => `${door} ${object.name}`);

  test("with the roles there, a hole is found, and the rest is clean", async () => {
    const before = "create role shop_user login; grant shop_user to maker;";
    const open = await attacked(`${ACCOUNTS} ${HOLE("shop_user")}`, before);
    expect(open.report?.failures).toEqual([]);
    expect(open.report?.notices.map(({ code }) => code)).toEqual(["reaches-beyond"]);
    expect(breaches(open.found)).toEqual(["policy public.orders"]);
    const closed = await attacked(ACCOUNTS, before);
    expect(breaches(closed.found)).toEqual([]);
    expect(closed.found.settlement.share).toBe(1);
    expect(messages(closed.found, "login")).toEqual([]);
  });

  test("without them the run is no pass, and says which right is missing", async () => {
    const { found, said } = await attacked(ACCOUNTS, "");
    expect(breaches(found)).toEqual([]);
    expect(found.conclusive).toBe(false);
    expect(said).toContainEqual(expect.stringContaining("has no CREATEROLE"));
    expect(messages(found, "replay-failed")).toEqual([
      expect.stringContaining("42501 permission denied to create role"),
    ]);
  });

  test("a role that it may not become is named", async () => {
    const { found } = await attacked(ACCOUNTS, "create role shop_user login;");
    expect(found.conclusive).toBe(false);
    expect(messages(found, "login")).toEqual([
      "`maker` may not SET ROLE `shop_user`, so nothing is tried as `shop_user`",
    ]);
  });

  test("tables whose row security is forced hold for it as well, which is said", async () => {
    const { found } = await attacked(RAILS, "create role rails login; grant rails to maker;");
    expect(found.conclusive).toBe(false);
    expect(messages(found, "login")).toEqual([expect.stringMatching(/`maker` itself on `public.orders`.*BYPASSRLS/)]);
  });

  test("with BYPASSRLS they are attacked", async () => {
    const { found } = await attacked(
      RAILS,
      `create role rails login; grant rails to maker; alter role maker bypassrls;`,
    );
    expect(breaches(found)).toEqual(["session-variable public.orders"]);
    expect(messages(found, "login")).toEqual([]);
  });

  test("an owner without CREATE on the schema cannot be given the table, which is said", async () => {
    const { found } = await attacked(
      RAILS.replace("grant create on schema public to rails;", ""),
      `create role rails login; grant rails to maker; alter role maker bypassrls;`,
    );
    expect(found.conclusive).toBe(false);
    expect(messages(found, "replay-failed")).toEqual([expect.stringContaining("permission denied for schema public")]);
  });

  test("Supabase needs roles: the error names the right", async () => {
    await expect(
      attacked("create policy p on public.orders to authenticated using (org_id = auth.uid());", ""),
    ).rejects.toMatchObject({ code: "INSUFFICIENT_PRIVILEGE", hint: expect.stringContaining("CREATEROLE") });
  });
});
