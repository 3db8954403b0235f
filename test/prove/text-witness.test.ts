import { afterAll, beforeAll, expect, test } from "vitest";
import { NOTHING } from "../../src/prove/assume.ts";
import { prove } from "../../src/prove/prove.ts";
import { confirm } from "../../src/prove/replay/confirm.ts";
import { openScratch } from "../../src/scratch/open.ts";
import type { Scratch } from "../../src/scratch/scratch.ts";
import { guardedBy } from "./tiny.ts";

// The embedded PostgreSQL is newer than 15, which reads no integer that has letters, and its locale, C.UTF-8, knows more
// letters than ASCII has.
let scratch: Scratch;
beforeAll(async () => {
  scratch = await openScratch({ kind: "embedded" });
});
afterAll(async () => scratch.close());

const UUID = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa";
const OTHER = "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb";
const DIGITS = "11111111-1111-4111-8111-111111111111";
const TOKEN = "nullif(current_setting('request.jwt.claims', true), '')::jsonb";
const SETTING = "current_setting('app.level', true)";

interface Example {
  title?: string;
  id?: string;
  claims?: unknown;
  setting?: string;
}

/** Each is true of some state, as the example shows; PostgreSQL has to find the prover's own example as well. */
const CONDITIONS: readonly [condition: string, example: Example][] = [
  // one text, read by several types
  ["not title::boolean and title::integer < 5", { title: "0" }],
  ["title::boolean and title::integer > 0 and title::bigint > 0", { title: "1" }],
  ["title ~ '^[0-9]+$' and title::integer = 7", { title: "7" }],
  ["title ~ '^ ' and title::integer = 7", { title: " 7" }],
  ["title ~ '^\\{' and title::uuid = id", { title: `{${UUID}}`, id: UUID }],
  // a value read from a text that has letters
  ["lower(title) <> title and title::integer = 10", { title: "0XA" }],
  ["upper(title) <> title and title::integer = 10", { title: "0xA" }],
  [`nullif(lower(title), ${SETTING})::integer = 3 and title = ${SETTING}`, { title: "0X3", setting: "0X3" }],
  ["lower(title) <> title and title::uuid = id", { title: UUID.toUpperCase(), id: UUID }],
  ["upper(title) <> title and title::boolean", { title: "true" }],
  // a text of which both cases are spoken of
  ["lower(title) <> title and upper(title) <> title", { title: "Aa" }],
  ["lower(title) <> title and upper(title) = title", { title: "A" }],
  ["lower(title) = title and upper(title) <> title", { title: "a" }],
  [`lower(title) <> title and upper(title) <> ${SETTING}`, { title: "A", setting: "b" }],
  [`upper(title) = ${SETTING} and lower(title) <> title and title <> ${SETTING}`, { title: "Aa", setting: "AA" }],
  [`upper(title) <> ${SETTING} and lower(title) <> ${SETTING} and title = ${SETTING}`, { title: "Aa", setting: "Aa" }],
  [
    `${SETTING} = title and lower(${SETTING}) <> title and string_to_array(${SETTING}, ',') is distinct from array(select jsonb_array_elements_text(${TOKEN} -> 'orgs'))`,
    { title: "A", setting: "A" },
  ],
  // a pattern that is met by texts of one letter alone, one of which the policy names
  [`title like '_' and title <> 'a' and ${SETTING} = 'b'`, { title: "c", setting: "b" }],
  // a text that upper leaves as it is, since it is an integer
  [`upper(${SETTING}) = ((${SETTING})::integer)::text`, { setting: "0" }],
  // letters that do not come back where their case is folded twice
  ["upper(lower(title)) <> upper(title)", { title: "\u212A" }],
  ["lower(upper(title)) <> lower(title)", { title: "\u017F" }],
  [`upper(lower(title)) = ${SETTING} and upper(title) <> ${SETTING}`, { title: "\u212A", setting: "K" }],
  [`upper(lower(title)) <> ${SETTING} and upper(title) = ${SETTING}`, { title: "\u212A", setting: "\u212A" }],
  // the parts of a constant
  [
    `title = '${UUID},${OTHER}' and id = any (string_to_array(title, ',')::uuid[])`,
    { title: `${UUID},${OTHER}`, id: OTHER },
  ],
  [`title = '${UUID}' and id = any (string_to_array(title, ',')::uuid[])`, { title: UUID, id: UUID }],
  [
    `${SETTING} = 'a,b' and title = any (string_to_array(${SETTING}, ',')) and title <> 'a'`,
    { title: "b", setting: "a,b" },
  ],
  [
    `${SETTING} = '1,2' and title::integer = any (string_to_array(${SETTING}, ',')::integer[])`,
    { title: "2", setting: "1,2" },
  ],
  [`${SETTING} = '' and title <> all (string_to_array(${SETTING}, ','))`, { title: "a", setting: "" }],
  // the parts of a text that is read as the value which is one of them
  [`id = ${SETTING}::uuid and id = any (string_to_array(${SETTING}, ',')::uuid[])`, { id: UUID, setting: UUID }],
  [
    `id = (${TOKEN} ->> 'org')::uuid and ${TOKEN} ->> 'org' = any (array(select jsonb_array_elements_text(${TOKEN} -> 'orgs')))`,
    { id: UUID, claims: { org: UUID, orgs: [UUID] } },
  ],
  // a list of the token that a text of several parts is split into
  [
    `string_to_array(${SETTING}, ',') = array(select jsonb_array_elements_text(${TOKEN} -> 'orgs')) and title = any (string_to_array(${SETTING}, ',')) and title <> ${SETTING}`,
    { title: "a", setting: "a,b", claims: { orgs: ["a", "b"] } },
  ],
  // a list of the token, also as a text
  [
    `'a' = any (array(select jsonb_array_elements_text(${TOKEN} -> 'orgs'))) and title = any (string_to_array(${TOKEN} ->> 'orgs', ','))`,
    { title: '["a"]', claims: { orgs: ["a"] } },
  ],
  [
    `'a' = any (array(select jsonb_array_elements_text(${TOKEN} -> 'orgs'))) and title = ${TOKEN} ->> 'orgs'`,
    { title: '["a"]', claims: { orgs: ["a"] } },
  ],
  // patterns of a text and of lower or upper of it
  ["title not like 'a%' and lower(title) like 'a%'", { title: "A" }],
  ["lower(title) like '_' and lower(title) <> title and title <> 'A'", { title: "B" }],
  ["upper(title) like 'A%' and title not like 'a%' and title <> upper(title)", { title: "Aa" }],
  ["title ~~* 'a%' and title not like 'a%' and upper(title) = title", { title: "A" }],
  [
    `title::uuid = id and upper(title) = ${SETTING} and lower(title) not like '_'`,
    { title: UUID, id: UUID, setting: UUID.toUpperCase() },
  ],
  // members of a text that is split, and of lower or upper of it
  [
    `title = any (string_to_array(lower(${SETTING}), ',')) and title <> all (string_to_array(${SETTING}, ','))`,
    { title: "a", setting: "A" },
  ],
  [
    `title = any (string_to_array(${SETTING}, ',')) and title <> all (string_to_array(lower(${SETTING}), ','))`,
    { title: "A", setting: "A" },
  ],
  [
    `title = any (string_to_array(upper(${SETTING}), ',')) and title <> all (string_to_array(${SETTING}, ','))`,
    { title: "A", setting: "a" },
  ],
  [
    `lower(${SETTING}) = title and ${SETTING} <> title and string_to_array(${SETTING}, ',') is distinct from array(select jsonb_array_elements_text(${TOKEN} -> 'orgs'))`,
    { title: "a", setting: "A" },
  ],
  // a text without letters, or of a uuid without letters, where the model asks for both cases
  [`lower(title) = ${SETTING} and upper(title) = ${SETTING}`, { title: "1", setting: "1" }],
  [
    `lower(${TOKEN} ->> 'org') = title and upper(${SETTING}) = title`,
    { title: "1", setting: "1", claims: { org: "1" } },
  ],
  [`id = title::uuid and lower(title) = upper(${SETTING})`, { id: DIGITS, title: DIGITS, setting: DIGITS }],
  [
    `id <> (${TOKEN} ->> 'org')::uuid and lower(${TOKEN} ->> 'org') = upper(id::text) or id = title::uuid and upper(id::text) = title and title = lower(title)`,
    { id: DIGITS, title: DIGITS },
  ],
  // several values that depend on each other
  [
    `title = any (string_to_array(${SETTING}, ',')) and string_to_array(${SETTING}, ',') is not distinct from array(select jsonb_array_elements_text(${TOKEN} -> 'orgs')) and lower(${SETTING}) = any (string_to_array(${SETTING}, ','))`,
    { title: "a", setting: "a", claims: { orgs: ["a"] } },
  ],
];

/** No state is so. Errors are told apart from access. */
const IMPOSSIBLE = [
  "title = 'a,b' and 'c' = any (string_to_array(title, ','))",
  "title = 'a,b' and 'a' <> all (string_to_array(title, ','))",
  `title = '${UUID}' and id <> '${UUID}' and id = any (string_to_array(title, ',')::uuid[])`,
  `title = '${UUID},x' and id = any (string_to_array(title, ',')::uuid[])`,
  `title = '${UUID},${OTHER}' and id = '${OTHER}' and id <> all (string_to_array(title, ',')::uuid[])`,
  "title = '1,2' and 3 = any (string_to_array(title, ',')::integer[])",
  "title = '' and 'a' = any (string_to_array(title, ','))",
  "title like 'a%' and lower(title) not like 'a%'",
  "title like 'b%' and lower(title) = 'a'",
  "lower(title) = 'a' and title not in ('a', 'A')",
  "upper(title) like 'a%'",
  "title = title::uuid::text and lower(title) like '_'",
  "lower(title)::boolean and title like 'a%'",
];

test.each(IMPOSSIBLE)("nothing is gained by %s", (condition) => {
  const found = prove(guardedBy("false"), guardedBy(condition), { roles: ["app_user"] });
  const read = found.find(({ component, role }) => component === "SELECT" && role === "app_user");
  expect(read?.witnesses.filter(({ change }) => change === "gained")).toEqual([]);
  expect(read?.decision).toBe("equivalent");
});

test.each(CONDITIONS)("a witness of %s is true when it is replayed", async (condition, example) => {
  const { db } = scratch;
  const { id = UUID, title = null, claims, setting } = example;
  await db.exec("begin");
  if (claims !== undefined)
    await db.query("select set_config('request.jwt.claims', $1, true)", [JSON.stringify(claims)]);
  if (setting !== undefined) await db.query("select set_config('app.level', $1, true)", [setting]);
  const [row] = await db.query<{ holds: boolean }>(
    `select (${condition})::text as holds from (select $1::uuid as id, $2::text as title) one`,
    [id, title],
  );
  await db.exec("rollback");
  expect(String(row?.holds)).toBe("true");
  const [before, after] = [guardedBy("false"), guardedBy(condition)];
  const found = prove(before, after, { roles: ["app_user"] }).filter(
    ({ component, role }) => component === "SELECT" && role === "app_user",
  );
  const [confirmed] = await confirm(db, before, after, found, [NOTHING]);
  expect(confirmed).toMatchObject({ decision: "looser", certainty: { kind: "replayed" } });
});

// lower('0044-03-15 BC') is another text
test("a date of the years BC prints in capitals", async () => {
  const day = `(${SETTING})::date`;
  const [shown] = await scratch.db.query(
    "select lower('0044-03-15 BC'::date::text) = '0044-03-15 BC'::date::text as same",
  );
  expect(shown).toEqual({ same: false });
  const found = prove(guardedBy(`lower(${day}::text) = ${day}::text`), guardedBy(`${day} is not null`), {
    roles: ["app_user"],
  }).filter(({ component, role }) => component === "SELECT" && role === "app_user");
  expect(found.map(({ decision }) => decision)).toEqual(["looser"]);
});
