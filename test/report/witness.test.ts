import { expect, test } from "vitest";
import type { Witness } from "../../src/prove/index.ts";
import { tellShort } from "../../src/report/witness.ts";

const A = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa";

const witness = (claims: unknown, more: Partial<Witness> = {}): Witness => ({
  change: "gained",
  before: "deny",
  after: "allow",
  confirmed: true,
  situation: {
    role: "authenticated",
    relation: { schema: "public", name: "visit" },
    component: "SELECT",
    settings: claims === null ? {} : { "request.jwt.claims": JSON.stringify(claims) },
    row: { casino_id: A },
    oldRow: null,
    rows: [],
  },
  columns: { row: ["casino_id"], rows: [] },
  ...more,
});

test("the words say where a claim lies: the two sides may read it in different places", () => {
  expect(tellShort(witness({ casino_id: A }))).toBe(
    "authenticated of casino A (by casino_id): reads a row of public.visit with casino_id = casino A: denied before, allowed after",
  );
  expect(tellShort(witness({ app_metadata: { casino_id: A, staff_role: "pit_boss" } }))).toMatch(
    /^casino A's pit_boss \(authenticated, by app_metadata\.casino_id and app_metadata\.staff_role\): reads/,
  );
  expect(tellShort(witness({ app_metadata: { staff_role: "pit_boss" } }))).toMatch(
    /^authenticated with app_metadata\.staff_role = pit_boss: reads/,
  );
});

test("the words say that there is no token, and that there is one without claims", () => {
  expect(tellShort(witness(null))).toMatch(/^authenticated without a token: /);
  expect(tellShort(witness({}))).toMatch(/^authenticated with an empty token: /);
});

test("a claim that users can write is named as such", () => {
  expect(tellShort(witness({ sub: A.replaceAll("a", "b"), user_metadata: { casino_id: A } }))).toMatch(
    /^authenticated of casino A \(by user_metadata\.casino_id\), sub = user A, of which users can write user_metadata themselves: /,
  );
  expect(tellShort(witness({ app_metadata: { casino_id: A } }))).not.toContain("users can write");
});
