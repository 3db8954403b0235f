import { expect, test } from "vitest";
import { conditionsOf } from "../../src/access/index.ts";
import { JWT } from "../classify/support.ts";

// texts as pg_get_expr of PostgreSQL 18 prints them with an empty search_path
const CLAIM = "(((( SELECT auth.jwt() AS jwt) -> 'app_metadata'::text) ->> 'org_id'::text))::uuid";
const ORG = ["app_metadata", "org_id"];

test.each([
  ["a person", "(( SELECT auth.uid() AS uid) IS NOT NULL)", [{ kind: "signed in" }]],
  ["constants", "true", [{ kind: "constant", value: true }]],
  [
    "a claim",
    `(org_id = ( SELECT ${CLAIM} AS uuid))`,
    [{ kind: "own", column: "org_id", from: { claim: ORG, setting: null } }],
  ],
  [
    "a variable with a claim as its fallback",
    `(org_id = COALESCE((NULLIF(current_setting('app.org_id'::text, true), ''::text))::uuid, ${CLAIM}))`,
    [{ kind: "own", column: "org_id", from: { claim: ORG, setting: "app.org_id" } }],
  ],
  [
    "the caller's own row",
    "(( SELECT auth.uid() AS uid) = owner)",
    [{ kind: "own", column: "owner", from: { claim: ["sub"], setting: null } }],
  ],
  [
    "a list",
    "((( SELECT auth.jwt() AS jwt) ->> 'level'::text) = ANY (ARRAY['a'::text, 'b'::text]))",
    [{ kind: "one of", from: { claim: ["level"], setting: null }, values: ["a", "b"] }],
  ],
  [
    "one value",
    "((( SELECT auth.jwt() AS jwt) ->> 'level'::text) = 'a'::text)",
    [{ kind: "one of", from: { claim: ["level"], setting: null }, values: ["a"] }],
  ],
  [
    "another relation",
    "(EXISTS ( SELECT 1 FROM public.box b WHERE (b.id = crate.box_id)))",
    [{ kind: "look-up", relations: [{ schema: "public", name: "box" }] }],
  ],
  [
    "something else, without the casts of constants",
    "(status = 'open'::public.status)",
    [{ kind: "other", sql: "status = 'open'", columns: ["status"] }],
  ],
  [
    "AND of an OR",
    `((org_id = ${CLAIM}) AND ((status = 'open'::text) OR (( SELECT auth.uid() AS uid) IS NOT NULL)))`,
    [
      { kind: "own", column: "org_id", from: { claim: ORG, setting: null } },
      {
        kind: "any",
        of: [[{ kind: "other", sql: "status = 'open'", columns: ["status"] }], [{ kind: "signed in" }]],
      },
    ],
  ],
  // less than, and two claims: no form that has a name
  ["no equality", `(org_id <> ${CLAIM})`, [{ kind: "other", sql: expect.any(String), columns: ["org_id"] }]],
])("%s", (_, text, conditions) => {
  expect(conditionsOf(text, JWT)).toEqual(conditions);
});

test("NOT IN is no list of values that are allowed", () => {
  expect(conditionsOf("((auth.jwt() ->> 'level'::text) <> ALL (ARRAY['a'::text]))", JWT)).toMatchObject([
    { kind: "other" },
  ]);
  // an operator other than equality with ANY
  expect(conditionsOf("((auth.jwt() ->> 'level'::text) ~ ANY (ARRAY['a'::text]))", JWT)).toMatchObject([
    { kind: "other" },
  ]);
});
