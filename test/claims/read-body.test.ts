import { expect, test } from "vitest";
import { claimWork } from "../../src/claims/body/claim-work.ts";
import { readSyncBody } from "../../src/claims/body/read-body.ts";
import { parseExpr } from "../../src/pg/expr/parse.ts";
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
  expect(read(ORG)).toEqual({ kind: "read", user: "user_id", claims: [org], active: null, unsure: null });
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
  // NOT x and IS DISTINCT FROM, the other way round
  ["if not new.active then return new; end if; ORG", "active IS NOT FALSE"],
  ["if new.status is distinct from 'a' then return new; end if; ORG", "status IS NOT DISTINCT FROM 'a'"],
  ["if new.status is not distinct from 'a' then ORG end if;", "status IS NOT DISTINCT FROM 'a'"],
  [
    "if not (new.a is distinct from 1 and new.b) then return new; end if; ORG",
    "(a IS DISTINCT FROM 1 AND b) IS NOT FALSE",
  ],
  // every branch but the last returns
  ["if tg_op = 'DELETE' then return old; elsif new.gone then return new; end if; ORG", "gone IS NOT TRUE"],
  ["if new.active then null; else return new; end if; ORG", "active"],
  // the same on both operations
  ["if tg_op = 'INSERT' then if new.active then ORG end if; elsif new.active then ORG end if;", "active"],
  ["if tg_op in ('INSERT', 'UPDATE') and new.active then ORG end if;", "active"],
  // a RETURN inside says what has to hold behind it
  ["if tg_op = 'UPDATE' then if old.org is not distinct from new.org then return new; end if; end if; ORG", null],
  // a local with one value
  ["ok := new.active; if ok then ORG end if;", "active"],
  // CASE in what is written
  ["CASE", "active"],
  ["SIMPLE", "kind = 'a'"],
  // a key that is null is a claim taken away
  ["NULLED", "active"],
  // the WHERE of the update
  ["ACTIVE", "active"],
  ["NOCHANGE", null],
  // what happened, and whether there is a user, is no condition on the row
  ["if tg_op = 'UPDATE' and new.org is distinct from old.org then ORG end if;", null],
  ["if new.user_id is not null then ORG end if;", null],
  // a branch that goes on behind the IF says nothing of what comes then
  ["if new.gone then perform 1; end if; ORG", null],
] as const)("%s counts where %s", (body, active) => {
  const seen = read(
    body
      .replaceAll("ORG", ORG)
      .replace(
        "CASE",
        "update auth.users set raw_app_meta_data = case when new.active then raw_app_meta_data || jsonb_build_object('org', new.org) else raw_app_meta_data - 'org' end where id = new.user_id;",
      )
      .replace(
        "NULLED",
        UPDATE(
          "case when new.active then jsonb_build_object('org', new.org) else jsonb_build_object('org', null::uuid) end",
        ),
      )
      .replace("SIMPLE", UPDATE("case new.kind when 'a' then jsonb_build_object('org', new.org) else '{}' end"))
      .replace("ACTIVE", UPDATE("jsonb_build_object('org', new.org)", "id::text = new.user_id and new.active"))
      .replace(
        "NOCHANGE",
        UPDATE(
          "jsonb_build_object('org', new.org)",
          "id = new.user_id and raw_app_meta_data ->> 'org' is distinct from new.org",
        ),
      ),
    body.startsWith("ok") ? "ok boolean;" : undefined,
  );
  // two conditions are joined, with the parentheses of the printer
  const joined = { active: expect.stringMatching(/kind.*IS NOT TRUE.* AND .*on/) };
  const isJoined = active !== null && active.startsWith("(kind");
  expect(seen).toMatchObject(isJoined ? joined : { kind: "read", active, unsure: null });
});

test.each([
  // a query, a local that a query fills, a local with two values
  ["if exists (select from public.orgs o where o.id = new.org and o.open) then ORG end if;", null],
  ["select o.closed into v from public.orgs o where o.id = new.org; if v then return new; end if; ORG", null],
  ["v := true; if new.gone then v := false; end if; if v then ORG end if;", null],
  // what is known beside it still holds
  ["if new.active and exists (select from public.orgs o where o.id = new.org) then ORG end if;", "active"],
  // of the row and of what happened to it: which of both is not told
  ["if old.status = 'a' and new.status <> 'a' then return new; end if; ORG", null],
  // on UPDATE one thing, on INSERT another
  ["if tg_op = 'UPDATE' and new.gone then return new; end if; ORG", null],
  ["if new.boss then ORG end if; ORG", null],
  // the rows of another table, a column of auth.users
  ["JOINED", null],
  ["BANNED", null],
  // a local that is made under a condition
  ["c := '{}'; if new.active then c := jsonb_build_object('org', new.org); end if; LOCAL", null],
  // CASE and loops are not followed
  ["case new.status when 'a' then ORG else null; end case;", null],
  ["case new.status when 'a' then return new; else null; end case; ORG", null],
  ["if count(*) > 0 from public.orgs then ORG end if;", null],
] as const)("%s: the active rows are not known", (body, active) => {
  const object = "jsonb_build_object('org', new.org)";
  const seen = read(
    body
      .replaceAll("ORG", ORG)
      .replace("LOCAL", UPDATE("c"))
      .replace("BANNED", UPDATE(object, "id = new.user_id and banned_until is null"))
      .replace(
        "JOINED",
        UPDATE(object, "id = new.user_id and (select o.open from public.orgs o where o.id = new.org)"),
      ),
    "v boolean; c jsonb;",
  );
  expect(seen).toMatchObject({
    kind: "read",
    claims: [org],
    active,
    unsure: expect.objectContaining({ function: "public.sync" }),
  });
});

test("a local variable assigned under a condition does not depend on the row alone", () => {
  const where = (set: string): unknown =>
    read(`${set} ${UPDATE("jsonb_build_object('org', new.org)", "id = u")}`, "u uuid;");
  expect(where("u := new.user_id;")).toMatchObject({ user: "user_id" });
  expect(where("if new.active then u := new.user_id; end if;")).toMatchObject({
    because: { kind: "user" },
  });
});

test("the operations on which the trigger fires, and its WHEN", () => {
  const body = made(`if tg_op = 'INSERT' or new.active then ${ORG} end if;`);
  const around = { when: [], typeSchemas: new Map([["st", "public"]]) };
  expect(readSyncBody(body, { ...around, operations: ["UPDATE"] })).toMatchObject({ active: "active", unsure: null });
  expect(readSyncBody(body, { ...around, operations: ["INSERT"] })).toMatchObject({ active: null, unsure: null });
  expect(readSyncBody(body, { ...around, operations: ["INSERT", "UPDATE"] })).toMatchObject({
    active: null,
    unsure: { kind: "several conditions", function: "public.sync" },
  });
  // what NEW is asked on DELETE, where there is none, counts for nothing
  expect(readSyncBody(body, { ...around, operations: ["UPDATE", "DELETE"] })).toMatchObject({ active: "active" });
  const when = [parseExpr("new.status = 'a'::st"), parseExpr("old.* is distinct from new.*")];
  // a type is named with its schema
  expect(readSyncBody(made(ORG), { ...around, when, operations: ["UPDATE"] })).toMatchObject({
    active: expect.stringMatching(/^status = .*public\.st/),
    unsure: null,
  });
});

test("a body that cannot be read gives the reason", () => {
  expect(read("perform 1;")).toMatchObject({ kind: "unread", because: { kind: "no update" } });
  expect(read(UPDATE("jsonb_build_object('org', new.org)", "email = new.email"))).toMatchObject({
    kind: "unread",
    because: { kind: "user" },
  });
  expect(read(UPDATE("jsonb_build_object('org', v)"), "v uuid;")).toMatchObject({
    because: { kind: "value", claim: ["app_metadata", "org"] },
  });
  expect(
    read(`if tg_op = 'INSERT' then ${ORG} else ${UPDATE("jsonb_build_object('org', new.other)")} end if;`),
  ).toMatchObject({
    because: { kind: "several values", claim: ["app_metadata", "org"] },
  });
  expect(readSyncBody(fn({ name: "f", language: "plv8" }))).toMatchObject({
    function: "public.f",
    because: { kind: "language", language: "plv8" },
  });
});

test("work of a function other than the sync", () => {
  expect(claimWork(made(`if new.active then ${ORG} end if;`))).toEqual({
    paths: [["app_metadata", "org"]],
    users: ["user_id"],
    unread: [],
    more: false,
  });
  for (const more of [
    "insert into public.log values (1);",
    "perform public.notify_me();",
    "execute 'delete from x';",
    "new.org := null;",
    "raise exception 'no';",
    "update auth.users set email = new.email where id = new.user_id;",
    "update public.profiles set org = new.org;",
    "update auth.users set raw_app_meta_data = raw_app_meta_data - 'org' where email = new.email;",
  ])
    expect([more, claimWork(made(ORG + more)).more]).toEqual([more, true]);
});

test.each([
  ["raw_app_meta_data - 'org' - 'trial'", [["org"], ["trial"]]],
  ["raw_app_meta_data - array['org', 'trial']", [["org"], ["trial"]]],
  ["raw_app_meta_data - '{org,trial}'::text[]", [["org"], ["trial"]]],
  ["coalesce(raw_app_meta_data, '{}'::jsonb) #- '{t,org}'", [["t", "org"]]],
  ["jsonb_set(raw_app_meta_data, '{t,org}', to_jsonb(new.org))", [["t", "org"]]],
  [
    "raw_app_meta_data || jsonb_build_object('t', jsonb_build_object('org', new.org, 'plan', 'x'))",
    [
      ["t", "org"],
      ["t", "plan"],
    ],
  ],
  [
    "case when new.active then raw_app_meta_data || jsonb_build_object('org', 1) else raw_app_meta_data - 'boss' end",
    [["org"], ["boss"]],
  ],
  // c is first one object, then that with a key more
  ["raw_app_meta_data || c", [["org"], ["boss"]]],
] as const)("%s is understood", (value, keys) => {
  const set = `c := jsonb_build_object('org', new.org); c := c || jsonb_build_object('boss', true);
    update auth.users set raw_app_meta_data = ${value}, updated_at = now() where id = old.user_id;`;
  expect(claimWork(made(set, "c jsonb;"))).toEqual({
    paths: keys.map((path) => ["app_metadata", ...path]),
    users: ["user_id"],
    unread: [],
    more: false,
  });
});

test.each([
  "jsonb_set(raw_app_meta_data, array['orgs', new.org_id::text], to_jsonb(new.org))",
  "raw_app_meta_data || jsonb_build_object(new.key, new.org)",
  "raw_app_meta_data - new.key",
  "raw_app_meta_data || new.extra",
  "public.with_claims(raw_app_meta_data)",
  "case when new.active then raw_app_meta_data end",
])("%s is not", (value) => {
  expect(
    claimWork(made(`update auth.users set raw_app_meta_data = ${value} where id = new.user_id;`)).unread,
  ).toHaveLength(1);
});

test("an update whose rows a loop goes through is read as well", () => {
  const update = ORG.replace(/;$/, " returning id");
  expect(read(`if new.active then for r in ${update} loop null; end loop; end if;`, "r record;")).toEqual({
    kind: "read",
    user: "user_id",
    claims: [org],
    active: "active",
    unsure: null,
  });
});

test("a change of NEW under another name is work other than the sync", () => {
  expect(claimWork(made(`${ORG} n.org := null;`, "n alias for new;")).more).toBe(true);
});
