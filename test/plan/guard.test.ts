import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { openEmbedded, type EmbeddedDb } from "../../src/db/pglite.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import { alterPolicy, createPolicy, dropPolicy } from "../../src/pg/policy-sql.ts";
import type { Policy } from "../../src/pg/policy.ts";
import {
  checkRoutines,
  expectFunction,
  expectNoPolicy,
  expectPolicy,
  nothingLeftBlock,
  settled,
  type Change,
} from "../../src/plan/guard.ts";

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
afterEach(async () => db.exec("rollback"));

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
// written as a person would: PostgreSQL prints it differently, so only the probe can tell that it is the same
const after: Policy = { ...before, using: "owner = current_user and id > 3" };
const alter = alterPolicy(before, after) ?? "";

/** A file: its routines, checks and changes, and the end of its checks, in one transaction. */
const run = async (...statements: string[]): Promise<unknown> =>
  db.exec(
    [
      "begin",
      ...checkRoutines({ withFunctions: true }),
      ...statements,
      ...settled({ withFunctions: true }),
      "commit",
    ].join(";\n"),
  );

/** The check of one policy with the change that follows it. */
const step = (expected: Policy, change: Change, ...statements: string[]): string[] => [
  expectPolicy(expected, change),
  ...statements,
];

test("the policy is as it was when the plan was made", async () => {
  await db.exec(createPolicy(before));
  expect((await inspect(db)).policies).toEqual([before]); // else the next line would prove nothing
  await run(...step(before, "altered", alter));
  const { policies } = await inspect(db);
  expect(policies).toHaveLength(1); // the probe is gone
  expect(policies[0]?.using).toBe("((owner = CURRENT_USER) AND (id > 3))"); // "after", as PostgreSQL prints it
});

test("the policy is as the file leaves it: a second run", async () => {
  await db.exec(createPolicy(before));
  for (const _ of [1, 2]) await run(...step(before, "altered", alter));
  expect((await inspect(db)).policies).toHaveLength(1);
});

test.each([
  ["another expression", { ...before, using: "(owner = 'me'::text)" }],
  ["another role", { ...before, roles: ["authenticated"] }],
  ["restrictive", { ...before, permissive: false }],
  ["another command", { ...before, command: "DELETE" as const }],
])("refused, and nothing is changed: %s", async (_, found) => {
  await db.exec(createPolicy(found));
  const there = (await inspect(db)).policies;
  for (const change of [
    step(before, "altered", alter),
    step(before, "dropped", dropPolicy(before)),
    step(before, "replaced", dropPolicy(before), createPolicy({ ...before, command: "ALL" })),
  ]) {
    await expect(run(...change)).rejects.toThrow(
      `policy read it's on "My Schema"."Docs" was changed after the plan was made`,
    );
    await db.exec("rollback");
    expect((await inspect(db)).policies).toEqual(there);
  }
});

test("refused: the policy does not exist", async () => {
  await expect(run(...step(before, "altered", alter))).rejects.toThrow(
    `policy read it's on "My Schema"."Docs" does not exist, and did when the plan was made`,
  );
  await db.exec("rollback");
  // it would be made anew, though somebody dropped it since
  await expect(run(...step(before, "replaced", createPolicy(after)))).rejects.toThrow(
    /was changed after the plan was made/,
  );
});

test("a policy that the file drops may be absent; one that it creates may be absent, or exist since a first run", async () => {
  const other = { ...after, name: "read_2" };
  const file = [
    ...step(before, "dropped", dropPolicy(before)),
    expectNoPolicy(other),
    dropPolicy(other),
    createPolicy(other),
  ];
  await db.exec(createPolicy(before));
  for (const _ of [1, 2]) await run(...file);
  expect((await inspect(db)).policies.map(({ name }) => name)).toEqual(["read_2"]);
  // someone else's of that name is not overwritten
  await db.exec(`alter policy read_2 on "My Schema"."Docs" using (id = 7)`);
  await expect(run(...file)).rejects.toThrow(`policy read_2 on "My Schema"."Docs" was changed after the plan was made`);
  await db.exec("rollback");
  await db.exec(`drop policy read_2 on "My Schema"."Docs"`);
});

test("the expected policy names a function that does not exist: refused, or a second run", async () => {
  const helped = { ...before, using: "helpers.may_read(owner)" };
  await db.exec(createPolicy(after));
  await run(...step(helped, "altered", alterPolicy(helped, after) ?? ""));
  await db.exec(alterPolicy(after, { ...after, using: "false" }) ?? "");
  await expect(run(...step(helped, "altered", alterPolicy(helped, after) ?? ""))).rejects.toThrow(
    /was changed after the plan was made/,
  );
});

test("an expression that is printed differently after a second reading is the same; another list is not", async () => {
  const listed = (list: string): Policy => ({ ...before, relation: "Codes", using: `(code = any (array[${list}]))` });
  await db.exec(
    `create table "My Schema"."Codes" (code varchar(3)); alter table "My Schema"."Codes" enable row level security`,
  );
  await db.exec(
    `create policy "read it's" on "My Schema"."Codes" for select to "Back Office", authenticated using (code in ('a', 'b'))`,
  );
  await run(...step(listed("'a'::varchar, 'b'::varchar"), "altered"));
  await run(...step(listed("('a'::varchar)::text, ('b'::varchar)::text"), "altered"));
  const other = listed("'a'::varchar, 'c'::varchar");
  await expect(run(...step(other, "altered", alterPolicy(other, { ...other, using: "true" }) ?? ""))).rejects.toThrow(
    /was changed after the plan was made/,
  );
  await db.exec("rollback");
  expect((await inspect(db)).policies).toHaveLength(1); // no probe is left
  await db.exec(`drop table "My Schema"."Codes"`);
});

test("the search_path is as it was afterwards, and no routine is left", async () => {
  await db.exec("set search_path = public, pg_temp");
  await db.exec(createPolicy(before));
  await run(...step(before, "dropped"));
  expect(await db.query("show search_path")).toEqual([{ search_path: "public, pg_temp" }]);
  expect(await db.query("select proname from pg_proc where pronamespace = pg_my_temp_schema()")).toEqual([]);
  await db.exec("reset search_path");
});

test("outside a transaction the first check refuses", async () => {
  await db.exec(createPolicy(before));
  for (const sql of checkRoutines({ withFunctions: true })) await db.exec(sql);
  await expect(db.exec(expectPolicy(before, "altered"))).rejects.toThrow(/must run in one transaction/);
  for (const sql of settled({ withFunctions: true }).slice(1)) await db.exec(sql);
});

test("a function with another body is refused", async () => {
  const made = (body: string): string =>
    `create or replace function public.f(a int) returns int language sql as $$${body}$$`;
  const signature = "public.f(integer)";
  await db.exec(made(" select 1 "));
  for (const _ of [1, 2]) await run(expectFunction(signature, " select 1 "), made(" select 2 "));
  await expect(run(expectFunction(signature, " select 3 "), made(" select 4 "))).rejects.toThrow(
    /function public\.f\(integer\) was changed after the plan was made/,
  );
  await db.exec("rollback");
  await expect(run(expectFunction("public.f(text)", " select 1 "))).rejects.toThrow(/does not exist, and did/);
});

test("no policy reads a mapped variable, or the error names it", async () => {
  const block = nothingLeftBlock(["app.owner", "app.tenant_id"], []);
  await db.exec(block);
  await db.exec(createPolicy({ ...before, using: "owner = current_setting('App.Owner', true)" }));
  await expect(db.exec(block)).rejects.toThrow(/still read a session variable: "read it's" on "My Schema"."Docs"/);
  await db.exec(nothingLeftBlock(["app.owner"], [before]));
  await db.exec(nothingLeftBlock(["app.own"], []));
});
