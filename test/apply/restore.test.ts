import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { differences, restore } from "../../src/apply/state/restore.ts";
import { onShadow } from "../../src/apply/state/shadow.ts";
import { readState, sameState, type Scope, type State } from "../../src/apply/state/state.ts";
import type { Db } from "../../src/db/port.ts";
import { openServer } from "../../src/db/server.ts";
import { commentPolicy, createPolicy } from "../../src/pg/policy-sql.ts";
import type { Policy, PolicyCommand } from "../../src/pg/policy.ts";
import { startServer, type TestServer } from "../support/server.ts";

const SCOPE: Scope = {
  relations: [{ schema: "public", name: "thing", columns: ["a"] }],
  functions: [{ schema: "public", name: "f", arguments: "n integer" }],
  schemas: ["extra"],
};

// expressions as Postgres prints them, so that what is read back is what was written
const expressions = fc.constantFrom("true", "false", "(a > 1)", "(b = 'it''s'::text)", "(f(a) > 2)");
const roles = fc.constantFrom<string[]>(["public"], ["r one"], ["r2"], ["r one", "r2"]);

/** The expressions that a policy of a command may have (Postgres manual, CREATE POLICY). */
const policy = (name: string): fc.Arbitrary<Policy> =>
  fc
    .record({
      command: fc.constantFrom<PolicyCommand>("ALL", "SELECT", "INSERT", "UPDATE", "DELETE"),
      permissive: fc.boolean(),
      roles,
      using: fc.option(expressions),
      check: fc.option(expressions),
      comment: fc.option(fc.constantFrom("a comment", "it's one\nof two lines")),
    })
    .map((one) => ({
      ...one,
      schema: "public",
      relation: "thing",
      name,
      using: one.command === "INSERT" ? null : one.using,
      check: one.command === "SELECT" || one.command === "DELETE" ? null : one.check,
    }));

/** Everything of the scope that a plan can change. */
const situation = fc.record({
  policies: fc
    .subarray(["p", 'odd "name"', "ümlaut", "z"])
    .chain((names) => fc.tuple(...names.map((name) => policy(name)))),
  rowSecurity: fc.boolean(),
  force: fc.boolean(),
  fallback: fc.option(fc.constantFrom("1", "(2 + 3)")),
  body: fc.constantFrom("select n", "select n + 1"),
  extra: fc.boolean(),
});
type Situation = typeof situation extends fc.Arbitrary<infer T> ? T : never;

/** The statements that make a situation, whatever was there before. */
const make = ({ policies, rowSecurity, force, fallback, body, extra }: Situation): string[] => [
  `create or replace function public.f(n integer) returns integer language sql as '${body}'`,
  ...["p", 'odd ""name""', "ümlaut", "z"].map((name) => `drop policy if exists "${name}" on public.thing`),
  ...policies.flatMap((one) => [createPolicy(one), commentPolicy(one)]),
  `alter table public.thing ${rowSecurity ? "enable" : "disable"} row level security`,
  `alter table public.thing ${force ? "" : "no"} force row level security`,
  `alter table public.thing alter column a ${fallback === null ? "drop default" : `set default ${fallback}`}`,
  extra ? "create schema if not exists extra" : "drop schema if exists extra",
];

describe.each([15, 18] as const)("on PostgreSQL %i", (major) => {
  let server: TestServer;
  let db: Db;
  beforeAll(async () => {
    server = await startServer(major);
    db = await openServer(server.url);
    await db.exec(
      'set client_min_messages = warning; create role "r one"; create role r2; create table public.thing (a integer, b text)',
    );
  });
  afterAll(async () => {
    await db.close();
    await server.stop();
  });

  const read = async (): Promise<State> => {
    await db.exec("begin");
    const state = await readState(db, SCOPE);
    await db.exec("rollback");
    return state;
  };

  test("restore brings any situation back from any other, and differences sees what is different", async () => {
    await fc.assert(
      fc.asyncProperty(situation, situation, async (first, second) => {
        await db.exec(make(first).join(";\n"));
        const was = await read();
        await db.exec(make(second).join(";\n"));
        const is = await read();
        expect(differences(was, is).length === 0).toBe(sameState(was, is));
        const { shared, statements } = restore(is, was);
        await db.exec(["begin", ...shared, ...statements, "commit"].join(";\n"));
        expect(await read()).toEqual(was);
        expect(sameState(await read(), was)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  test("the search_path is as it was, and reading changes nothing", async () => {
    await db.exec("begin; set local search_path = extra, public");
    await readState(db, SCOPE);
    expect(await db.query("select current_setting('search_path') as path")).toEqual([{ path: "extra, public" }]);
    await db.exec("rollback");
  });

  test("a policy that cannot be created does not affect the others, and nothing stays", async () => {
    const one = {
      schema: "public",
      relation: "thing",
      permissive: true,
      command: "SELECT",
      roles: ["public"],
      check: null,
      comment: null,
    } as const;
    await db.exec("begin");
    const [relation] = (await readState(db, SCOPE)).relations;
    if (!relation) throw new Error("the relation is there");
    const good = { ...one, roles: ["public"], name: "good", using: "a > 1" };
    const bad = { ...one, roles: ["public"], name: "bad", using: "no_such_function(a)" };
    // the old and the new form of a policy share its name
    const changed = { ...good, using: "a > 2" };
    const found = await onShadow(db, relation, [good, bad, changed], []);
    const print = { using: "(a > 1)", check: null };
    expect(found.prints.get(good)).toEqual({ first: print, again: print });
    expect(found.prints.get(bad)).toBeNull();
    expect(found.prints.get(changed)?.first).toEqual({ using: "(a > 2)", check: null });
    expect(found.raised).toMatchObject({ policy: { name: "bad" }, sqlstate: "42883" });
    expect(await db.query("select relname from pg_class where relnamespace = pg_my_temp_schema()")).toEqual([]);
    await db.exec("rollback");
  });

  test.each([
    ["USAGE on a schema", "", "hidden.f()", "schema hidden: grant USAGE on it"],
    ["TEMPORARY", "revoke temporary on database postgres from public;", "true", "grant TEMPORARY on the database"],
  ])("the hint names the privilege that is missing: %s", async (_, first, using, hint) => {
    await db.exec(`begin; create schema hidden; create function hidden.f() returns boolean language sql as 'select true';
      create table public.own (a integer); alter table public.own owner to r2; grant create on schema public to r2; ${first} set local role r2`);
    const scope = { relations: [{ schema: "public", name: "own", columns: [] }], functions: [], schemas: [] };
    const [relation] = (await readState(db, scope)).relations;
    if (!relation) throw new Error("the relation is there");
    const policy = {
      schema: "public",
      relation: "own",
      name: "p",
      permissive: true,
      command: "SELECT",
      roles: ["public"],
    };
    const shadow = onShadow(db, relation, [{ ...policy, using, check: null, comment: null } as Policy], []);
    await expect(shadow).rejects.toMatchObject({
      code: "INSUFFICIENT_PRIVILEGE",
      hint: expect.stringContaining(hint),
    });
    await db.exec("rollback");
  });

  test("a relation that was dropped is reported", async () => {
    await db.exec("create table public.other (a integer)");
    await db.exec("begin");
    const scope = { relations: [{ schema: "public", name: "other", columns: [] }], functions: [], schemas: [] };
    const was = await readState(db, scope);
    await db.exec("drop table public.other");
    expect(differences(was, await readState(db, scope))).toEqual(["public.other: is missing"]);
    await db.exec("commit");
  });
});
