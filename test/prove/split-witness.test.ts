import { expect, test } from "vitest";
import { NOTHING } from "../../src/prove/assume.ts";
import { prove } from "../../src/prove/prove.ts";
import { confirm } from "../../src/prove/replay/confirm.ts";
import { withFork } from "../support/fork.ts";
import { guardedBy } from "./tiny.ts";

/** Each is true of some text, as the example shows; PostgreSQL has to find the prover's own example as well. */
const CONDITIONS: readonly [condition: string, example: string][] = [
  ["title = any (string_to_array(title, ','))", "a"],
  ["title <> all (string_to_array(title, ','))", "a,b"],
  ["'a' = any (string_to_array(title, ',')) and title <> 'a'", "a,b"],
  ["'a' = any (string_to_array(title, ',')) and 'b' = any (string_to_array(title, ','))", "a,b"],
  ["'a' <> all (string_to_array(title, ','))", "b"],
  ["title::uuid = any (string_to_array(title, ',')::uuid[])", "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"],
  ["title::int = 1 and title::boolean", "1"],
  ["upper(title) = title and title::uuid::text = title", "11111111-1111-4111-8111-111111111111"],
  ["lower(title) = title and upper(title) <> title", "a"],
];

/** No text is so. The condition may raise errors, which the verdict tells apart from access. */
const IMPOSSIBLE = [
  "title::uuid <> all (string_to_array(title, ',')::uuid[])",
  "title::int = 2 and title::boolean",
  "lower(lower(title)) <> lower(title)",
  "title = lower(id::text) and lower(title) <> title",
  "upper(title)::boolean and not lower(title)::boolean",
  "id = any (string_to_array(title, ',')::uuid[]) and 'aaa' = any (string_to_array(title, ','))",
];

test.each(IMPOSSIBLE)("nothing is gained by %s", async (condition) => {
  const found = prove(guardedBy("false"), guardedBy(condition), { roles: ["app_user"] });
  const read = found.find(({ component, role }) => component === "SELECT" && role === "app_user");
  expect(read?.witnesses.filter(({ change }) => change === "gained")).toEqual([]);
});

test.each(CONDITIONS)("a witness of %s splits as the condition needs it", async (condition, example) => {
  await withFork("", async (db) => {
    const [row] = await db.query<{ holds: boolean }>(
      `select ${condition} as holds from (select $1::text as title) one`,
      [example],
    );
    expect(row?.holds).toBe(true);
    const [before, after] = [guardedBy("false"), guardedBy(condition)];
    const found = prove(before, after, { roles: ["app_user"] }).filter(
      ({ component, role }) => component === "SELECT" && role === "app_user",
    );
    const [confirmed] = await confirm(db, before, after, found, [NOTHING]);
    expect(confirmed).toMatchObject({ decision: "looser", certainty: { kind: "replayed" } });
  });
});
