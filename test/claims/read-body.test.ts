import { expect, test } from "vitest";
import { onlyUpdatesClaims, readSyncBody } from "../../src/claims/read-body.ts";
import type { PgFunction } from "../../src/pg/catalog.ts";
import { fn } from "../support/rule-context.ts";

const made = (body: string, declare = ""): PgFunction =>
  fn({
    name: "sync",
    language: "plpgsql",
    result: "trigger",
    body: `declare ${declare} begin ${body} end`,
    definition: `create function public.sync() returns trigger language plpgsql as $$ declare ${declare} begin ${body} return new; end $$`,
  });
const UPDATE = (value: string, where = "id = new.user_id"): string =>
  `update auth.users set raw_app_meta_data = coalesce(raw_app_meta_data, '{}') || ${value} where ${where};`;
const ORG = UPDATE("jsonb_build_object('org', new.org)");
const read = (body: string, declare?: string): unknown => readSyncBody(made(body, declare));
const org = { path: ["app_metadata", "org"], sql: "org" };

test("pairs, a local, jsonb_set, one object in another", () => {
  expect(read(ORG)).toEqual({ kind: "read", user: "user_id", claims: [org], active: null });
  expect(read(`c := jsonb_build_object('org', new.org); ${UPDATE("c", "new.user_id = id")}`, "c jsonb;")).toMatchObject(
    { claims: [org] },
  );
  expect(
    read(
      "update auth.users u set raw_app_meta_data = jsonb_set(u.raw_app_meta_data, '{org}', to_jsonb(new.org)) where u.id = new.id;",
    ),
  ).toMatchObject({
    user: "id",
    claims: [org],
  });
  expect(read(UPDATE("jsonb_build_object('t', jsonb_build_object('id', new.org, 'kind', 'x'))"))).toMatchObject({
    claims: [
      { path: ["app_metadata", "t", "id"], sql: "org" },
      { path: ["app_metadata", "t", "kind"], sql: "'x'" },
    ],
  });
});

test.each([
  ["if new.active then ORG end if;", "active"],
  // ELSE is for false and for null
  ["if new.gone then return new; else ORG end if;", "gone IS NOT TRUE"],
  ["if new.gone then return new; end if; ORG", "gone IS NOT TRUE"],
  ["if tg_op = 'DELETE' or new.gone then return old; end if; ORG", "gone IS NOT TRUE"],
  ["if new.kind = 'a' then return new; elsif new.on then ORG end if;", `(kind = 'a' IS NOT TRUE) AND ("on")`],
  // what happened, and whether there is a user, is no condition on the row
  ["if tg_op = 'UPDATE' and new.org is distinct from old.org then ORG end if;", null],
  ["if new.user_id is not null then ORG end if;", null],
  // a branch that goes on behind the IF says nothing of what comes then
  ["if new.gone then perform 1; end if; ORG", null],
] as const)("%s counts where %s", (body, active) => {
  const seen = read(body.replace("ORG", ORG));
  if (active === null || !active.startsWith("(kind")) expect(seen).toMatchObject({ kind: "read", active });
  // two conditions are joined; how the printer puts its parentheses is its own affair
  else expect(seen).toMatchObject({ active: expect.stringMatching(/kind.*IS NOT TRUE.* AND .*on/) });
});

test("what cannot be told is said", () => {
  expect(read("perform 1;")).toMatchObject({ kind: "unread", why: expect.stringMatching(/no UPDATE of auth\.users/) });
  expect(read(UPDATE("jsonb_build_object('org', new.org)", "email = new.email"))).toMatchObject({
    kind: "unread",
    why: expect.stringMatching(/finds the user/),
  });
  expect(read(UPDATE("jsonb_build_object('org', v)"), "v uuid;")).toMatchObject({
    why: expect.stringMatching(/not made of the row alone/),
  });
  expect(
    read(`if tg_op = 'INSERT' then ${ORG} else ${UPDATE("jsonb_build_object('org', new.other)")} end if;`),
  ).toMatchObject({
    why: expect.stringMatching(/in two ways/),
  });
  expect(readSyncBody(fn({ name: "f", language: "plv8" }))).toMatchObject({ why: "`public.f` is written in plv8" });
});

test("whether a function does nothing else", () => {
  expect(onlyUpdatesClaims(made(`if new.active then ${ORG} end if;`))).toBe(true);
  for (const more of [
    "insert into public.log values (1);",
    "perform public.notify_me();",
    "execute 'delete from x';",
    "new.org := null;",
    "raise exception 'no';",
    "update auth.users set email = new.email where id = new.user_id;",
    "update public.profiles set org = new.org;",
  ])
    expect([more, onlyUpdatesClaims(made(ORG + more))]).toEqual([more, false]);
});
