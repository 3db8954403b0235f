import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openEmbedded, type EmbeddedDb } from "../../src/db/pglite.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import { createPolicy } from "../../src/pg/policy-sql.ts";
import type { Policy } from "../../src/pg/policy.ts";
import { guardBlock, nothingLeftBlock } from "../../src/plan/guard.ts";

let db: EmbeddedDb;

beforeAll(async () => {
  db = await openEmbedded();
  await db.exec(`
    create role authenticated; create role "Back Office";
    create schema "My Schema";
    create table "My Schema"."Docs" (id int, owner text, tenant uuid);
    alter table "My Schema"."Docs" enable row level security;`);
});
afterAll(async () => db.close());
beforeEach(async () => {
  await db.exec(`drop policy if exists "read it's" on "My Schema"."Docs"`);
});

const before: Policy = {
  schema: "My Schema",
  relation: "Docs",
  name: "read it's",
  permissive: true,
  command: "SELECT",
  roles: ["Back Office", "authenticated"],
  using: "(owner = current_setting('app.owner'::text, true))",
  check: null,
  comment: null,
};
// written as a person would: Postgres prints it differently, so only the probe can tell that it is the same
const after: Policy = { ...before, using: "owner = current_user and id > 3" };
const expected = { schema: before.schema, relation: before.relation, name: before.name, before, after };

test("the policy is as the plan saw it", async () => {
  await db.exec(createPolicy(before));
  const { policies } = await inspect(db);
  expect(policies[0]).toEqual(before); // else the next line would prove nothing
  await db.exec(guardBlock([expected], []));
});

test("the policy is as the file leaves it: a second run", async () => {
  await db.exec(createPolicy(after));
  const { policies } = await inspect(db);
  expect(policies[0]?.using).not.toBe(after.using);
  await db.exec(guardBlock([expected], []));
  expect((await inspect(db)).policies).toHaveLength(1); // the probe is gone
});

test.each([
  ["another expression", { ...before, using: "(owner = 'me'::text)" }],
  ["another role", { ...before, roles: ["authenticated"] }],
  ["restrictive", { ...before, permissive: false }],
  ["another command", { ...before, command: "DELETE" as const }],
])("refused: %s", async (_, found) => {
  await db.exec(createPolicy(found));
  await expect(db.exec(guardBlock([expected], []))).rejects.toThrow(/is not what the plan saw/);
});

test("refused: the policy is gone", async () => {
  await expect(db.exec(guardBlock([expected], []))).rejects.toThrow(/is gone/);
});

test("a policy that the file drops may be gone, one that it makes may not be there yet", async () => {
  await db.exec(
    guardBlock(
      [
        { ...expected, after: null },
        { ...expected, before: null },
      ],
      [],
    ),
  );
});

test("what is printed otherwise once it was read again is the same; another list is not", async () => {
  const varchar = { ...expected, relation: "Codes", before: null };
  const listed = (list: string): Policy => ({ ...before, relation: "Codes", using: `(code = any (array[${list}]))` });
  await db.exec(
    `create table "My Schema"."Codes" (code varchar(3)); alter table "My Schema"."Codes" enable row level security`,
  );
  await db.exec(
    `create policy "read it's" on "My Schema"."Codes" for select to "Back Office", authenticated using (code in ('a', 'b'))`,
  );
  await db.exec(guardBlock([{ ...varchar, after: listed("'a'::varchar, 'b'::varchar") }], []));
  await db.exec(guardBlock([{ ...varchar, after: listed("('a'::varchar)::text, ('b'::varchar)::text") }], []));
  await expect(db.exec(guardBlock([{ ...varchar, after: listed("'a'::varchar, 'c'::varchar") }], []))).rejects.toThrow(
    /is not what the plan saw/,
  );
  expect((await inspect(db)).policies).toHaveLength(1); // neither probe is left
  await db.exec(`drop table "My Schema"."Codes"`);
});

test("the search_path is as it was afterwards", async () => {
  await db.exec("set search_path = public, pg_temp");
  await db.exec(guardBlock([{ ...expected, after: null }], []));
  expect(await db.query("show search_path")).toEqual([{ search_path: "public, pg_temp" }]);
  await db.exec("reset search_path");
});

test("a function with another body is refused", async () => {
  await db.exec("create or replace function public.f(a int) returns int language sql as $$ select 1 $$");
  const signature = '"public"."f"(integer)';
  await db.exec(guardBlock([], [{ signature, bodies: [" select 1 ", " select 2 "] }]));
  await expect(db.exec(guardBlock([], [{ signature, bodies: [" select 3 "] }]))).rejects.toThrow(
    /is not what the plan saw/,
  );
});

test("nothing is left, or it says what", async () => {
  const block = nothingLeftBlock(["app.owner", "app.tenant_id"], []);
  await db.exec(block);
  await db.exec(createPolicy({ ...before, using: "owner = current_setting('App.Owner', true)" }));
  await expect(db.exec(block)).rejects.toThrow(/still read a session variable: "read it's" on "My Schema"."Docs"/);
  await db.exec(nothingLeftBlock(["app.owner"], [before]));
  await db.exec(nothingLeftBlock(["app.own"], []));
});
