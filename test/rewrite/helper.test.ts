import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openEmbedded, type EmbeddedDb } from "../../src/db/pglite.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import { rewriteFunction } from "../../src/rewrite/helper.ts";
import { exampleContext } from "../support/rule-context.ts";

const ORG = "10000000-0000-4000-8000-00000000000a";
const OTHER = "10000000-0000-4000-8000-00000000000b";

let db: EmbeddedDb;
beforeAll(async () => {
  db = await openEmbedded();
  await db.exec(`
    create schema auth;
    create function auth.jwt() returns jsonb language sql stable as
      $$ select nullif(current_setting('request.jwt.claims', true), '')::jsonb $$;
    create table orgs (id uuid); insert into orgs values ('${ORG}'), ('${OTHER}');
    create function audit(x text) returns void language sql as $$ select $$;`);
});
afterAll(async () => db.close());

const cases: [name: string, create: string, kept: string[]][] = [
  [
    "sql, with a comment",
    "create function h() returns uuid language sql stable as $$\n  -- the org of the request\n  select nullif(current_setting('app.org_id', true), '')::uuid\n$$",
    ["-- the org of the request"],
  ],
  [
    "sql, hybrid",
    "create function h() returns uuid language sql stable as $$ SELECT COALESCE(NULLIF(current_setting('app.org_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid) $$",
    [],
  ],
  [
    "a body that Postgres stores parsed",
    "create function h() returns uuid language sql stable return nullif(current_setting('app.org_id', true), '')::uuid",
    [],
  ],
  [
    "BEGIN ATOMIC",
    "create function h() returns uuid language sql stable begin atomic select id from orgs where id = current_setting('app.org_id', true)::uuid; end",
    [],
  ],
  [
    "plpgsql: a default, an assignment, a condition, INTO, PERFORM, RETURN",
    `create function h() returns uuid language plpgsql stable as $$
declare
  v uuid := current_setting('app.org_id', true)::uuid; -- first try
begin
  if current_setting('app.org_id', true) is null or current_setting('app.org_id', true) = '' then return null; end if;
  perform audit(current_setting('app.org_id', true));
  v := nullif(current_setting('app.org_id', true), '')::uuid;
  select id into strict v from orgs where id = current_setting('app.org_id')::uuid;
  return coalesce(v, current_setting('app.org_id', true)::uuid);
end $$`,
    ["-- first try", "into strict v from"],
  ],
  [
    "plpgsql with an exception handler",
    "create function h() returns uuid language plpgsql stable as $$ BEGIN RETURN NULLIF(current_setting('app.org_id', TRUE), '')::UUID; EXCEPTION WHEN OTHERS THEN RETURN NULL; END; $$",
    ["EXCEPTION WHEN OTHERS"],
  ],
];

describe.each(cases.map(([name, create, kept]) => ({ name, create, kept })))("$name", ({ create, kept }) => {
  test("reads the claim, and keeps the rest", async () => {
    await db.exec(`drop function if exists h(); ${create}; comment on function h() is 'kept'`);
    const before = (await inspect(db)).functions.find((fn) => fn.name === "h");
    if (!before) throw new Error("h is not there");
    const result = rewriteFunction(before, exampleContext);
    if (result.kind !== "changed") throw new Error(JSON.stringify(result));
    await db.exec(result.definition);
    const after = (await inspect(db)).functions.find((fn) => fn.name === "h");

    expect(after?.body).not.toContain("app.org_id");
    for (const text of kept) expect(after?.body).toContain(text);
    const { body: _, definition: __, ...rest } = before;
    expect(after).toMatchObject(rest);

    // the variable says one thing and the token another: the token counts
    await db.exec(`set app.org_id = '${OTHER}'`);
    await db.query("select set_config('request.jwt.claims', $1, false)", [
      JSON.stringify({ app_metadata: { org_id: ORG } }),
    ]);
    expect(await db.query("select h() as org")).toEqual([{ org: ORG }]);

    await db.exec(before.definition);
    const back = (await inspect(db)).functions.find((fn) => fn.name === "h");
    expect(back).toEqual(before);
    expect(after && rewriteFunction(after, exampleContext)).toEqual({ kind: "unchanged" });
  });
});

test("plpgsql: an expression with FROM changes too; a comment that says the same stays", async () => {
  const read = "current_setting('app.org_id', true)::uuid";
  await db.exec(`drop function if exists h(); create function h() returns uuid language plpgsql stable as $$
    declare v uuid; -- ${read}
    begin v := id from orgs where id = ${read}; return v; end $$`);
  const before = (await inspect(db)).functions.find((fn) => fn.name === "h");
  const result = before && rewriteFunction(before, exampleContext);
  if (result?.kind !== "changed") throw new Error(JSON.stringify(result));
  expect(result.definition.split(read)).toHaveLength(2);
  expect(result.definition).toContain(`-- ${read}`);
  await db.exec(result.definition);
  await db.exec(`set app.org_id = '${OTHER}'`);
  await db.query("select set_config('request.jwt.claims', $1, false)", [
    JSON.stringify({ app_metadata: { org_id: ORG } }),
  ]);
  expect(await db.query("select h() as org")).toEqual([{ org: ORG }]);
});

test("a language that cannot be read is reported, not guessed", () => {
  const fn = {
    language: "plv8",
    body: "return plv8.execute(`select current_setting('app.org_id')`)",
    sqlStandardBody: false,
  };
  expect(rewriteFunction(fn as never, exampleContext)).toEqual({
    kind: "not-understood",
    reason: "its language is plv8",
  });
});
