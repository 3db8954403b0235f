import { afterAll, beforeAll, expect, test } from "vitest";
import { claimUses, type ClaimUse } from "../../src/classify/context/claim-uses.ts";
import { JWT, openLab, type Lab } from "./support.ts";

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(async () => lab?.close());

const usesOf = async (sql: string): Promise<ClaimUse[]> => {
  const { catalog, policies } = await lab.analyse(sql);
  return claimUses(catalog, policies, JWT);
};
const claim = (name: string): string => `(auth.jwt() -> 'app_metadata' ->> '${name}')`;
const policy = (using: string): string => `create policy p on slip using (${using});`;

/** What each claim decides, and the constants. */
const said = async (sql: string): Promise<Record<string, [string, ...string[]]>> =>
  Object.fromEntries(
    (await usesOf(sql)).map(({ path, decides, constants }) => [path.at(-1), [decides, ...constants]]),
  ) as Record<string, [string, ...string[]]>;

// A comparison with a constant, or a claim that is a condition by itself, is the same for every row: it grants or denies
// a command. Equality with a column has another answer for each row, and chooses rows.
test.each([
  [`${claim("r")} = 'boss'`, { r: ["rights", "boss"] }],
  [`${claim("r")} in ('b', 'a') and casino_id = ${claim("c")}::uuid`, { r: ["rights", "a", "b"], c: ["rows"] }],
  [`(select ${claim("r")}) = any (array['b'])`, { r: ["rights", "b"] }],
  [`lower(coalesce(${claim("r")}, 'none')) <> 'b'`, { r: ["rights", "b"] }],
  [`${claim("r")}::boolean`, { r: ["rights"] }],
  [`not coalesce(${claim("r")}::boolean, false)`, { r: ["rights"] }],
  [`case ${claim("r")} when 'b' then true else false end`, { r: ["rights", "b"] }],
  [`(auth.jwt() -> 'app_metadata' -> 'r') ? 'edit'`, { r: ["rights", "edit"] }],
  [`'edit' in (select jsonb_array_elements_text(auth.jwt() -> 'app_metadata' -> 'r'))`, { r: ["rights", "edit"] }],
  // a rank
  [`level <= ${claim("r")}::int`, { r: ["rights"] }],
  [`level between 1 and ${claim("r")}::int`, { r: ["rights"] }],
  [`casino_id = ${claim("r")}::uuid and ${claim("r")} is not null and ${claim("r")} <> ''`, { r: ["rows"] }],
  [`casino_id in (select (jsonb_array_elements_text(auth.jwt() -> 'r'))::uuid)`, { r: ["rows"] }],
  [`exists (select from staff s where s.id = ${claim("r")}::uuid)`, { r: ["rows"] }],
  // a tenant that is named in the policy has rights that no other has
  [
    `casino_id = ${claim("r")}::uuid or ${claim("r")} = 'a0000000-0000-4000-8000-000000000001'`,
    { r: ["rights", "a0000000-0000-4000-8000-000000000001"] },
  ],
  // identity and the token's own claims
  [`owner_id = auth.uid() and auth.jwt() ->> 'aal' = 'aal2'`, {}],
])("%s", async (using, wanted) => {
  expect(await said(policy(using))).toEqual(wanted);
});

const fn = (signature: string, result: string, body: string, language = "sql"): string =>
  `create function app.${signature} returns ${result} language ${language} stable as $f$ ${body} $f$;`;

test.each([
  [
    "the result is compared by the caller",
    `${fn("r()", "text", `select ${claim("r")}`)} ${policy("app.r() = 'b'")}`,
    ["rights", "b"],
  ],
  [
    "the result is compared with a column",
    `${fn("c()", "uuid", `select ${claim("r")}::uuid`)} ${policy("casino_id = app.c()")}`,
    ["rows"],
  ],
  [
    "the function decides",
    `${fn("b()", "boolean", `select ${claim("r")} = 'b'`)} ${policy("app.b()")}`,
    ["rights", "b"],
  ],
  [
    "an argument that is a column",
    `${fn("may(c uuid)", "boolean", `select c = ${claim("r")}::uuid`)} ${policy("app.may(casino_id)")}`,
    ["rows"],
  ],
  [
    "an argument that is a constant",
    `${fn("has(x text)", "boolean", `select x = ${claim("r")}`)} ${policy("app.has('b')")}`,
    ["rights", "b"],
  ],
  [
    "an argument by its number",
    `${fn("has(text, text)", "boolean", `select $2 = ${claim("r")}`)} ${policy("app.has(kind, 'b')")}`,
    ["rights", "b"],
  ],
  [
    "through a variable of PL/pgSQL",
    `${fn("has(x text)", "boolean", `declare v text; begin select ${claim("r")} into v; return v = x; end`, "plpgsql")} ${policy("app.has('b')")}`,
    ["rights"],
  ],
  [
    "one function calls another without its schema",
    `${fn("r()", "text", `select ${claim("r")}`)} create function app.b() returns boolean language sql stable set search_path = app as $f$ select r() = 'b' $f$; ${policy("app.b()")}`,
    ["rights", "b"],
  ],
])("through a function: %s", async (_, sql, wanted) => {
  expect((await said(sql))["r"]).toEqual(wanted);
});

test("the policies are counted with those that reach the claim through a function", async () => {
  const [use] = await usesOf(
    `${fn("b()", "boolean", `select ${claim("r")} = 'b'`)}
     create policy p on slip using (app.b());
     create policy q on note using (${claim("r")} = 'c');
     create policy other on casino using (true);`,
  );
  expect(use?.policies.toSorted()).toEqual(["public.note.q", "public.slip.p"]);
});
